// What the pages need beyond htmx. Everything works without it.
"use strict";

const focusErrors = (root) => root.querySelector("[data-focus]")?.focus();

document.addEventListener("DOMContentLoaded", () => focusErrors(document));
document.addEventListener("htmx:after:swap", () => focusErrors(document));

// <input type="range" data-submit>: its form is sent when the slider is let go.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  event.target.closest(".notice .close")?.parentElement.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
