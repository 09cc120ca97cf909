// <form data-unsaved>: the browser asks before it leaves what was typed. "already": typed before the page was drawn.
"use strict";

let unsaved = false;
const mayBeLost = () => {
  unsaved = document.querySelector("form[data-unsaved]")?.dataset.unsaved === "already";
};
document.addEventListener("DOMContentLoaded", mayBeLost);
document.addEventListener("htmx:after:swap", (event) => isByItself || mayBeLost());
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-unsaved]")) unsaved = true;
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-unsaved]")) unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
