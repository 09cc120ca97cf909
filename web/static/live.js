// A page that keeps itself up to date: every 20 s it asks its own address whether anything was recorded since it was
// drawn (the tag `position:day`); the answer is 304, or the block anew. It waits while somebody writes in it, while the
// tab is hidden, and while it is suspended.
"use strict";

const EVERY = 20_000;
const ROWS = ".item[id], .entry[id], .timeline > li[id]";
const OPEN = "#form, .open-form, dialog[open], details.menu[open], details.unfold[open]";
let before = null;

const liveBlock = () => document.querySelector("[data-live]");
const isPaused = () => kept.get("live") === "off";
const dayOf = (block) => block.getAttribute("hx-ptag").split(":")[1];

function isWritten(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "hidden") return false;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return !field.multiple && field.selectedOptions[0] !== first;
}

function isBusy(block) {
  if (block.querySelector(OPEN)) return true;
  if (block.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  return [...block.querySelectorAll("input, textarea, select")].some(isWritten);
}

function look() {
  const block = liveBlock();
  if (!block || isPaused() || document.hidden || isBusy(block)) return;
  block.dispatchEvent(new CustomEvent("look"));
}

function snapshot(block) {
  const rows = [...block.querySelectorAll(ROWS)];
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  return {
    day: dayOf(block),
    texts: new Map(rows.map((row) => [row.id, wordsOf(row)])),
    current: block.querySelector(".current")?.id,
    marked: new Set([...block.querySelectorAll(".changed")].map((row) => row.id)),
    focused,
  };
}

const wordsOf = (row) => row.textContent.replace(/\s+/g, " ").trim();
const many = (count, one, several) => `${count} ${count < 2 ? one : several}`;

// What moved since `before`: rows are marked and told; the one that had the focus gives it to its neighbour.
function tellChanges(block, before) {
  const rows = [...block.querySelectorAll(ROWS)];
  const ids = new Set(rows.map((row) => row.id));
  const changed = rows.filter((row) => before.texts.get(row.id) !== wordsOf(row));
  const gone = [...before.texts.keys()].filter((id) => !ids.has(id)).length;
  for (const row of rows) {
    row.classList.toggle("changed", changed.includes(row) || before.marked.has(row.id));
    if (row.id === before.current) row.classList.add("current");
  }
  if (before.focused >= 0 && document.activeElement === document.body && rows.length) {
    leadOf(rows[Math.min(before.focused, rows.length - 1)])?.focus();
  }
  if (before.day !== dayOf(block)) return tell("Un nouveau jour\u00a0: cette page est à jour.", "live");
  const said = [
    changed.length && many(changed.length, "ligne a changé", "lignes ont changé"),
    gone && many(gone, "ligne n’est plus là", "lignes ne sont plus là"),
  ].filter(Boolean);
  if (said.length) tell(`${said.join(", ")}.`, "live");
}

function showPause() {
  const control = document.querySelector("#live");
  if (!control) return;
  control.hidden = !liveBlock();
  control.querySelector("span").textContent = isPaused() ? "La mise à jour de cette page est suspendue." : isCut() ? "Sans réseau, cette page ne se tient plus à jour." : "Cette page se tient à jour.";
  control.querySelector("button").textContent = isPaused() ? "Reprendre" : "Suspendre";
}

document.addEventListener("htmx:before:swap", (event) => {
  const block = event.detail.ctx?.sourceElement;
  before = block?.matches?.("[data-live]") ? snapshot(block) : null;
  if (before && isBusy(block)) event.preventDefault();
});
document.addEventListener("htmx:after:swap", () => {
  if (before) tellChanges(liveBlock(), before);
  before = null;
  showPause();
});

// What somebody unfolded stays so.
htmx.registerExtension("unfolded", {
  htmx_before_morph_attr: (part, { attrName }) => !(attrName === "open" && part.matches("details")),
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("#live button")) return;
  kept.set("live", isPaused() ? "on" : "off");
  showPause();
  tell(isPaused() ? "Mise à jour suspendue." : "Mise à jour reprise.", "live");
  look();
});
document.addEventListener("DOMContentLoaded", () => {
  showPause();
  setInterval(look, EVERY);
});
document.addEventListener("visibilitychange", look);
window.addEventListener("pageshow", (event) => event.persisted && look());
