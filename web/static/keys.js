// Keys. They move, open, and press the button that they name; the list that `?` shows turns them off (WCAG 2.1.4).
"use strict";

const KEYS = [
  ["j k", "ligne suivante, précédente"],
  ["Entrée", "ouvrir la ligne"],
  ["f", "faire\u00a0: le bouton de la ligne, ou de la première tâche d’un dossier"],
  ["x", "cocher la ligne"],
  ["r", "fixer un rendez-vous pour la ligne"],
  ["s", "mettre la ligne en pause"],
  ["e", "pourquoi cette ligne\u00a0?"],
  ["Ctrl+Entrée", "enregistrer le formulaire"],
  ["z", "annuler ce qui vient d’être enregistré"],
  ["n", "après un enregistrement, la tâche suivante"],
  ["/", "chercher\u00a0; ↓ pour aller aux noms proposés"],
  ["g b", "aller à Ma boîte"],
  ["g d", "aller aux dossiers"],
  ["← →", "fait précédent, suivant (Rejouer)\u00a0; jour précédent, suivant (un autre jour)"],
  ["p", "suspendre ou reprendre la mise à jour de la page"],
  ["?", "cette liste"],
];
const PLACES = { b: "/boite", d: "/dossiers" };
const UNDO = '.notice form:is([action*="/undo"], [action*="/annuler"]) button, .undo-all button, .head .just-done button';
const NEXT = '.notice a[rel="next"]';
const ROWS_OF_LISTS = ".item, .entry, .stack tbody tr, .card-line";
let going = 0;

const keysAreOff = () => kept.get("keys") === "off";

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
    dialog.querySelector("#keys-on").addEventListener("change", (event) => kept.set("keys", event.target.checked ? "on" : "off"));
  }
  dialog.querySelector("#keys-on").checked = !keysAreOff();
  dialog.showModal();
}

// The rows of the page's lists that lead somewhere, and where each does.
const rowsOf = (root) => [...root.querySelectorAll(ROWS_OF_LISTS)].filter(leadOf);
const leadOf = (row) => row.querySelector(".item-who a, th a, .marks button") ?? row.querySelector("a[href], button, summary");

function moveTo(row, rows) {
  for (const other of rows) other.classList.toggle("current", other === row);
  leadOf(row).focus();
  row.scrollIntoView({ block: "nearest" });
}

function moveRow(step) {
  const rows = rowsOf(document.querySelector("main"));
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const here = focused < 0 ? rows.findIndex((row) => row.classList.contains("current")) : focused;
  const row = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
  if (row) moveTo(row, rows);
}

function press(key) {
  if (going && PLACES[key]) return () => (isCut() ? tell(SILENT, "network") : (location.href = PLACES[key]));
  const arrow = { ArrowLeft: "prev", ArrowRight: "next" }[key];
  const row = document.activeElement?.closest(ROWS_OF_LISTS) ?? document.querySelector(`main :is(${ROWS_OF_LISTS}).current`);
  const link = arrow ? document.querySelector(`[data-arrows] a[rel="${arrow}"]`) : buttonOf(key, row);
  const search = key === "/" && document.querySelector("#search");
  const pause = key === "p" && document.querySelector("#live:not([hidden]) button");
  if (key === "j" || key === "k") return () => moveRow(key === "j" ? 1 : -1);
  if (key === "?") return showKeys;
  if (key === "g") return () => (going = setTimeout(() => (going = 0), 1500));
  if (search) return () => search.select();
  return link || pause ? () => (link || pause).click() : null;
}

const actionOf = (row) => row?.querySelector(":is(.item-act, .actions, .choice-line, .marks) .btn") ?? row?.querySelector(".btn");

// The button or link of the page that a key presses.
function buttonOf(key, row) {
  if (key === "f") return actionOf(row ?? document.querySelector("main .now .panel"));
  if (key === "x") return row?.querySelector(".pick-box input, td > [type=checkbox]");
  if (key === "z") return row?.querySelector('[data-key="z"]') ?? document.querySelector(UNDO);
  if (key === "n") return document.querySelector(NEXT);
  return row?.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

// Ctrl+Enter presses the first button of the form where one writes, or of the one that is open.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.form ?? event.target.closest("form") ?? document.querySelector(".open-form form[method=post], form.sheet-form");
  const button = form?.querySelector(".btn-primary, button:not([type='button'])");
  if (!button) return;
  event.preventDefault();
  byKey.note();
  button.click();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.closest?.("main :is(a[href], button, input)")) byKey.note();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keysAreOff()) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const action = press(event.key);
  if (!action) return;
  event.preventDefault();
  byKey.note();
  action();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
  // A button that took itself away leaves the focus to the page, never to the body.
  if (event.target.closest("button")) setTimeout(() => document.activeElement === document.body && document.querySelector("#main").focus({ preventScroll: true }));
});

const showKeysButton = () => {
  for (const button of document.querySelectorAll("[data-keys]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", showKeysButton);
document.addEventListener("htmx:after:swap", showKeysButton);
