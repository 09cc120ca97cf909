// Views of a list, kept in this browser under names of one's own: a view is an address, with no name of anybody in it.
"use strict";

const slot = () => `views-${document.body.dataset.me ?? ""}`;

function readViews() {
  try {
    const found = JSON.parse(kept.get(slot()) ?? "[]");
    return found.filter((view) => typeof view?.name === "string" && /^\/[^/\\]/.test(view.address));
  } catch {
    return [];
  }
}

const writeViews = (views) => kept.set(slot(), JSON.stringify(views.slice(-50)));

// This list with these filters, at its first page, without what was just recorded.
function addressHere() {
  const asked = new URLSearchParams(location.search);
  for (const once of ["p", "q", "r", "fait", "recu", "personnes"]) asked.delete(once);
  return location.pathname + (asked.size ? `?${asked}` : "");
}

const isFiltered = () => addressHere() !== location.pathname;
const filtersOn = () =>
  [...document.querySelectorAll(".chips a[aria-current]")].filter((chip) => !chip.closest("[data-views]"));
const nameHere = () => filtersOn().map((chip) => chip.firstChild.textContent.trim()).filter(Boolean).join(", ");

function viewChip(view) {
  const item = document.createElement("li");
  item.innerHTML = '<a></a><button type="button" class="close">×</button>';
  const [link, forget] = item.children;
  link.href = view.address;
  link.textContent = view.name;
  if (view.address === addressHere()) link.setAttribute("aria-current", "true");
  forget.setAttribute("aria-label", `Oublier la vue ${view.name}`);
  forget.addEventListener("click", () => {
    writeViews(readViews().filter((one) => one.address !== view.address));
    showViews();
  });
  return item;
}

function showViews() {
  const part = document.querySelector("[data-views]");
  if (!part) return;
  const here = readViews().filter((view) => view.address.split("?")[0] === location.pathname);
  const isKept = here.some((view) => view.address === addressHere());
  part.querySelector("ul").replaceChildren(...here.map(viewChip));
  part.querySelector("ul").hidden = part.querySelector("#views-title").hidden = !here.length;
  part.querySelector("[data-keep]").hidden = !isFiltered() || isKept;
  part.querySelector("[data-copy]").hidden = !isFiltered() || !navigator.clipboard;
  part.hidden = !here.length && !isFiltered();
}

function askName() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "view-title");
  dialog.innerHTML = `<h2 id="view-title">Garder cette vue</h2>
    <form method="dialog"><div class="field"><label for="view-name">Son nom</label>
    <p class="hint" id="view-hint">Gardée dans ce navigateur, pour vous seul·e. N’écrivez le nom d’aucun jeune.</p>
    <input class="form-control" id="view-name" maxlength="60" required autocomplete="off" aria-describedby="view-hint"></div>
    <p class="actions"><button class="btn btn-primary" value="keep">Garder</button>
    <button class="btn btn-link" value="" formnovalidate>Renoncer</button></p></form>`;
  const name = dialog.querySelector("input");
  name.value = nameHere();
  dialog.addEventListener("close", () => {
    const address = addressHere();
    if (dialog.returnValue === "keep" && name.value.trim()) {
      writeViews([...readViews().filter((view) => view.address !== address), { name: name.value.trim(), address }]);
      tell(`Vue gardée : ${name.value.trim()}`, "view");
    }
    dialog.remove();
    showViews();
  });
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-keep]")) askName();
  if (!event.target.closest("[data-copy]")) return;
  try {
    await navigator.clipboard.writeText(location.origin + addressHere());
    tell("Lien copié.", "view");
  } catch {
    tell("Le lien n’a pas pu être copié : il est dans la barre d’adresse.", "view");
  }
});
document.addEventListener("DOMContentLoaded", showViews);
document.addEventListener("htmx:after:swap", showViews);
