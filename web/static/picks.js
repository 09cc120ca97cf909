// Rows ticked in a list: tick them all, say how many. Without this, each is ticked by hand.
"use strict";

const boxesOf = () => [...document.querySelectorAll('.pick-box input[form="picks"]')];

function showPicked() {
  const all = document.querySelector("[data-pick-all]");
  if (!all) return;
  const boxes = boxesOf();
  const ticked = boxes.filter((box) => box.checked).length;
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  document.querySelector("[data-picked]").textContent = ticked ? ` (${ticked})` : "";
  for (const count of document.querySelectorAll("[data-alone]")) count.hidden = ticked > 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of boxesOf()) box.checked = event.target.checked;
  if (event.target.closest(".pick-box, .pick-all")) showPicked();
});
document.addEventListener("htmx:after:swap", showPicked);
showPicked();

// <input type="checkbox" data-tick-all="line">: it ticks the boxes of that name; one unticked by hand unticks it.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-tick-all]")) {
    for (const box of target.form.querySelectorAll(`[name="${target.dataset.tickAll}"]`)) box.checked = target.checked;
  } else if (target.type === "checkbox" && !target.checked) {
    const all = target.form?.querySelector(`[data-tick-all="${target.name}"]`);
    if (all) all.checked = false;
  }
});
