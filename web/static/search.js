// The names proposed under the search box: arrows go through them, Escape goes back to the box.
"use strict";

const proposed = () => [...document.querySelectorAll("#suggested a")];
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let wasAmongNames = false;

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.search:has(#suggested)");
  if (!form) return;
  const names = proposed();
  const box = form.querySelector("#search");
  if (event.key === "Escape" && names.length) {
    form.querySelector("#suggested").replaceChildren();
    box.focus();
  } else if (event.key in STEPS && names.length) {
    const next = names.indexOf(document.activeElement) + STEPS[event.key];
    (names[next] ?? (next < 0 ? box : names.at(-1))).focus();
  } else return;
  event.preventDefault();
});

// The list was drawn again while somebody was in it.
document.addEventListener("htmx:before:swap", (event) => {
  wasAmongNames = event.detail.ctx?.sourceElement?.id === "search" && proposed().includes(document.activeElement);
});
document.addEventListener("htmx:after:swap", () => {
  if (wasAmongNames) (proposed()[0] ?? document.querySelector("#search")).focus();
  wasAmongNames = false;
});
