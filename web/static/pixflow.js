// What the pages need beyond htmx. Everything works without it.
"use strict";

const focusErrors = (root) => root.querySelector("[data-focus]")?.focus();

// Whether a swap was made by a page that keeps itself up to date: nobody pressed anything (live.js).
const byItself = (event) => event.detail.ctx?.sourceElement?.matches?.("[data-live], [data-checks], #search") ?? false;

document.addEventListener("DOMContentLoaded", () => focusErrors(document));
document.addEventListener("htmx:after:swap", (event) => byItself(event) || focusErrors(document));

// What this browser remembers, by name; nothing where it may not.
const kept = {
  get: (name) => {
    try {
      return localStorage.getItem(`pixflow-${name}`);
    } catch {
      return null;
    }
  },
  set: (name, value) => {
    try {
      localStorage.setItem(`pixflow-${name}`, value);
    } catch {}
  },
};

// A sentence in a corner for a while, read out; one of a kind at a time.
function tell(text, kind) {
  for (const old of document.querySelectorAll(`#toasts [data-kind="${kind}"]`)) old.remove();
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.kind = kind;
  notice.innerHTML = '<p></p><button type="button" class="close" aria-label="Fermer ce message">×</button>';
  notice.querySelector("p").textContent = text;
  document.querySelector("#toasts").append(notice);
  setTimeout(() => notice.remove(), 12_000);
}

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
