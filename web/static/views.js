// Views of a list, kept under names of one's own: a view is an address, with no name of anybody in it. They are kept
// with one's account (`data-kept`); in a demonstration, in this browser.
"use strict";

const ONCE = new Set(["p", "q", "r", "fait", "recu", "personnes"]);
const slot = () => `views-${document.body.dataset.me ?? ""}`;
const viewsPart = () => document.querySelector("[data-views]");
const withAccount = () => "kept" in viewsPart().dataset;

// An address of this list with the names that its parameters have today, in one order, without what counted once.
function currentAddress(address) {
  const renamed = JSON.parse(viewsPart().dataset.renamed);
  const asked = [...new URLSearchParams(address.split("?")[1] ?? "")].map(([name, value]) => [renamed[name] ?? name, value]);
  const filters = new URLSearchParams(asked.filter(([name, value]) => value && !ONCE.has(name)).sort());
  return location.pathname + (filters.size ? `?${filters}` : "");
}

function viewsOf(text) {
  try {
    const views = JSON.parse(text ?? "[]").filter((view) => typeof view?.name === "string" && /^\/[^/\\]/.test(view.address));
    return views.filter((view) => view.address.split("?")[0] === location.pathname);
  } catch {
    return [];
  }
}

const inBrowser = () => viewsOf(kept.get(slot()));
const readViews = () => (withAccount() ? viewsOf(viewsPart().dataset.kept) : inBrowser());
const sameAs = (address) => (view) => currentAddress(view.address) === address;

function writeInBrowser(change) {
  let all = [];
  try {
    all = JSON.parse(kept.get(slot()) ?? "[]");
  } catch {}
  kept.set(slot(), JSON.stringify(change(all).slice(-50)));
}

async function send(action, fields) {
  const answer = await fetch(`/compte/vues${action}`, { method: "POST", body: new URLSearchParams(fields) });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  viewsPart().dataset.kept = JSON.stringify(await answer.json());
}

async function keepView(view) {
  if (withAccount()) return send("", view);
  writeInBrowser((all) => [...all.filter((one) => one?.address !== view.address), view]);
}

async function forgetView(view) {
  if (withAccount()) return send("/oublier", { address: view.address });
  writeInBrowser((all) => all.filter((one) => one?.address !== view.address));
}

async function bringViews() {
  const views = inBrowser();
  for (const view of views) await send("", view);
  writeInBrowser((all) => all.filter((one) => !views.some((view) => view.address === one?.address)));
  tell(`Gardées avec votre compte\u00a0: ${views.map((view) => view.name).join(", ")}`, "view");
}

// Does what somebody pressed, and shows the views again.
async function doing(work) {
  try {
    await work();
  } catch {
    tell("Cela n’a pas pu être enregistré\u00a0: rechargez la page, puis réessayez.", "view");
  }
  showViews();
}

const addressHere = () => currentAddress(location.search);
const isFiltered = () => addressHere() !== location.pathname;
const filtersOn = () =>
  [...document.querySelectorAll(".chips a[aria-current]")].filter((chip) => !chip.closest("[data-views]"));
const nameHere = () => filtersOn().map((chip) => chip.firstChild.textContent.trim()).filter(Boolean).join(", ");

function viewChip(view) {
  const item = document.createElement("li");
  item.innerHTML = '<a></a><button type="button" class="close">×</button>';
  const [link, forget] = item.children;
  link.href = currentAddress(view.address);
  link.textContent = view.name;
  if (sameAs(addressHere())(view)) link.setAttribute("aria-current", "true");
  forget.setAttribute("aria-label", `Oublier la vue ${view.name}`);
  forget.addEventListener("click", () => doing(() => forgetView(view)));
  return item;
}

function showViews() {
  const part = viewsPart();
  if (!part) return;
  const here = readViews();
  const left = withAccount() ? inBrowser().length : 0;
  const bring = part.querySelector("[data-bring]");
  part.querySelector("ul").replaceChildren(...here.map(viewChip));
  part.querySelector("ul").hidden = part.querySelector("#views-title").hidden = !here.length;
  part.querySelector("[data-keep]").hidden = !isFiltered() || here.some(sameAs(addressHere()));
  part.querySelector("[data-copy]").hidden = !isFiltered() || !navigator.clipboard;
  bring.hidden = !left;
  bring.textContent = left < 2 ? "Garder avec mon compte la vue de ce navigateur" : `Garder avec mon compte les ${left} vues de ce navigateur`;
  part.hidden = !here.length && !isFiltered() && !left;
}

function askName() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "view-title");
  dialog.innerHTML = `<h2 id="view-title">Garder cette vue</h2>
    <form method="dialog"><div class="field"><label for="view-name">Son nom</label>
    <p class="hint" id="view-hint">${withAccount() ? "Gardée avec votre compte" : "Gardée dans ce navigateur"}, pour vous seul·e. N’écrivez le nom d’aucun jeune.</p>
    <input class="form-control" id="view-name" maxlength="60" required autocomplete="off" aria-describedby="view-hint"></div>
    <p class="actions"><button class="btn btn-primary" value="keep">Garder</button>
    <button class="btn btn-link" value="" formnovalidate>Renoncer</button></p></form>`;
  const name = dialog.querySelector("input");
  name.value = nameHere();
  dialog.addEventListener("close", () => {
    const view = { name: name.value.trim(), address: addressHere() };
    dialog.remove();
    if (dialog.returnValue !== "keep" || !view.name) return;
    doing(async () => {
      await keepView(view);
      tell(`Vue gardée\u00a0: ${view.name}`, "view");
    });
  });
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-keep]")) askName();
  if (event.target.closest("[data-bring]")) doing(bringViews);
  if (!event.target.closest("[data-copy]")) return;
  try {
    await navigator.clipboard.writeText(location.origin + addressHere());
    tell("Lien copié.", "view");
  } catch {
    tell("Le lien n’a pas pu être copié\u00a0: il est dans la barre d’adresse.", "view");
  }
});
document.addEventListener("DOMContentLoaded", showViews);
document.addEventListener("htmx:after:swap", showViews);
