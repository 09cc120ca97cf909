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

// Keys. They move and open, never record; the list that `?` shows turns them off (WCAG 2.1.4).
const KEYS = [
  ["j k", "ligne suivante, précédente"],
  ["Entrée", "ouvrir la ligne"],
  ["r", "fixer un rendez-vous pour la ligne"],
  ["/", "chercher"],
  ["g b", "aller à Ma boîte"],
  ["g d", "aller aux dossiers"],
  ["← →", "fait précédent, suivant (Rejouer)"],
  ["?", "cette liste"],
];
const PLACES = { b: "/boite", d: "/dossiers" };
let going = 0;

const keysAreOff = () => localStorage.getItem("pixflow-keys") === "off";

function showKeys() {
  let dialog = document.querySelector("dialog.keys");
  if (!dialog) {
    const line = ([keys, what]) => `<dt>${keys.split(" ").map((key) => `<kbd>${key}</kbd>`).join(" ")}</dt><dd>${what}</dd>`;
    dialog = document.createElement("dialog");
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.innerHTML = `<h2 id="keys-title">Touches du clavier</h2><dl>${KEYS.map(line).join("")}</dl>
      <form method="dialog"><div class="choice"><input class="form-check-input" type="checkbox" id="keys-on">
      <label for="keys-on">Ces touches sont actives</label></div><p class="actions"><button class="btn">Fermer</button></p></form>`;
    document.body.append(dialog);
    dialog.querySelector("#keys-on").addEventListener("change", (event) => {
      localStorage.setItem("pixflow-keys", event.target.checked ? "on" : "off");
    });
  }
  dialog.querySelector("#keys-on").checked = !keysAreOff();
  dialog.showModal();
}

function moveRow(step) {
  const rows = [...document.querySelectorAll(".item")].filter((row) => row.querySelector(".item-who a"));
  const here = rows.findIndex((row) => row.contains(document.activeElement) || row.classList.contains("current"));
  const row = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
  if (!row) return;
  for (const other of rows) other.classList.toggle("current", other === row);
  row.querySelector(".item-who a").focus();
  row.scrollIntoView({ block: "nearest" });
}

function press(key) {
  if (going && PLACES[key]) return () => (location.href = PLACES[key]);
  const arrow = { ArrowLeft: "prev", ArrowRight: "next" }[key];
  const link = arrow && document.querySelector(`[data-arrows] a[rel="${arrow}"]`);
  const search = key === "/" && document.querySelector("#search");
  const appointment = key === "r" && document.querySelector('.item.current [data-key="r"]');
  if (key === "j" || key === "k") return () => moveRow(key === "j" ? 1 : -1);
  if (key === "?") return showKeys;
  if (key === "g") return () => (going = setTimeout(() => (going = 0), 1500));
  if (search) return () => search.focus();
  return link || appointment ? () => (link || appointment).click() : null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keysAreOff()) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const action = press(event.key);
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
});
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-keys]")) button.hidden = false;
});
