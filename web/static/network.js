// A press that gets no answer, or an answer 5xx, says so beside its button; what was typed stays, to be sent again. A
// form has the id of its command, so that what arrived after all is recorded once.
"use strict";

const TRIES = 5_000;
const A_DAY = 24 * 3_600_000;
const SILENT = "Pas de réponse\u00a0: le réseau manque, ou le serveur est arrêté.";
const FAILED = "Le serveur n’a pas pu répondre.";
const KEPT = "Rien de ce que vous avez saisi n’est perdu.";
let pressed = null; // the button of the last form that was sent
let cutSince = 0; // when the network went, in ms; 0 while it is there
let freshAt = Date.now(); // when the page was last known to be up to date

// --- a page without network says so, and how old it is; what would leave it says so beside itself

const isCut = () => cutSince > 0;
const hourOf = (at) => new Date(at).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });

function setCut(cut) {
  if (cut === isCut()) return;
  cutSince = cut ? Date.now() : 0;
  showNetwork();
  showPause();
  if (cut) return;
  look();
  sendQueue();
}

// Asks the server whether it is there.
async function probe() {
  try {
    await fetch("/healthz", { cache: "no-store" });
    setCut(false);
  } catch {
    setCut(true);
  }
  return !isCut();
}

// Without network the banner stands over the header, whose links and search need it: it covers no button of the page,
// and moves none. Where the network is there and presses wait, it is a line at the bottom. The age is not read out.
function showNetwork() {
  const [state, age] = document.querySelectorAll("#network p");
  const count = waiting().length;
  const shown = isCut() || count > 0;
  const banner = document.querySelector("#network");
  banner.hidden = !shown;
  banner.toggleAttribute("data-cut", isCut());
  const told = [
    isCut() && `Pas de réseau depuis ${hourOf(cutSince)}.`,
    count && `${many(count, "geste attend", "gestes attendent")} le réseau\u00a0: ${count < 2 ? "il partira de lui-même" : "ils partiront d’eux-mêmes"}.`,
  ];
  const words = shown ? told.filter(Boolean).join(" ") : "";
  if (state.textContent !== words) state.textContent = words;
  const minutes = Math.floor((Date.now() - freshAt) / 60_000);
  age.hidden = !isCut();
  age.textContent = `Cette page est celle de ${hourOf(freshAt)}${minutes ? `, il y a ${minutes}\u202fmin` : ""}.`;
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!ctx?.response) return;
  if (ctx.sourceElement?.matches?.("[data-live]")) freshAt = Date.now();
  setCut(false);
});
addEventListener("offline", () => setCut(true));
addEventListener("online", probe);

// A link, or a form that no script sends, would leave the page for an error of the browser.
async function stay(event, source, again) {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await probe()) again();
  else sayUnsent(source, SILENT);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!isCut() || !link || link.matches("[hx-get], [download], [target]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.href.split("#")[0] === location.href.split("#")[0]) return;
  stay(event, link, () => link.click());
}, true);
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!isCut() || form.method === "dialog" || form.elements.command_id || form.matches("[hx-post], [hx-get]")) return;
  stay(event, form, () => form.requestSubmit(submitter));
}, true);

document.addEventListener("submit", (event) => (pressed = event.submitter), true);

// --- beside the button

function sayUnsent(source, words) {
  const form = source.closest("form");
  const button = (form?.contains(pressed) && pressed) || source.querySelector?.("button:not([type=button])") || source;
  if (form?.matches("[data-unsaved]")) unsaved = true;
  clearUnsent();
  const notice = document.createElement("p");
  notice.className = "unsent";
  notice.setAttribute("role", "alert");
  notice.append(`${words} ${form ? KEPT : ""} `);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-sm";
  again.textContent = form ? "Envoyer à nouveau" : "Réessayer";
  again.addEventListener("click", () => {
    clearUnsent();
    if (form) form.requestSubmit(form.contains(button) ? button : undefined);
    else source.click();
  });
  notice.append(again);
  (button.closest(".actions, .three, .two, summary") ?? button).after(notice);
  notice.scrollIntoView({ block: "nearest" });
}

const clearUnsent = () => document.querySelectorAll(".unsent").forEach((one) => one.remove());
const isByHand = (source) => source && !source.matches("[data-live], [data-checks], [type=search]");

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  probe();
  if (isByHand(ctx?.sourceElement)) noAnswer(ctx.sourceElement, SILENT);
});
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status >= 500 && isByHand(ctx.sourceElement)) noAnswer(ctx.sourceElement, FAILED);
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => isByItself || ctx?.response?.status >= 500 || clearUnsent());

function noAnswer(source, words) {
  if (!keepPress(source)) sayUnsent(source, words);
}

// A form that no htmx sends goes by a script: without an answer its page would be gone. It is sent once, for what is
// handed out once comes in its answer. One with a file only asks first if there is a server.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const method = submitter?.hasAttribute("formmethod") ? submitter.formMethod : form.method;
  if (event.defaultPrevented || method !== "post" || !form.elements.command_id) return;
  event.preventDefault();
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  const body = new FormData(form, submitter);
  const isFile = form.enctype === "multipart/form-data";
  const address = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  try {
    const answer = await (isFile
      ? fetch("/healthz", { cache: "no-store" })
      : fetch(address, { method: "POST", body: new URLSearchParams(body), headers: { "Pixflow-Form": "sent" } }));
    if (answer.status >= 500) return sayUnsent(form, FAILED);
    if (isFile) return sendAsIs(form, submitter);
    const there = answer.headers.get("Pixflow-Location");
    if (there) return goTo(new URL(there, location.href));
    await showAnswer(answer);
  } catch {
    probe();
    return sayUnsent(form, SILENT);
  } finally {
    form.ariaBusy = null;
  }
});

// A page takes the place of this one, at the address of the form; a file is saved.
async function showAnswer(answer) {
  if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return saveFile(answer);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  htmx.process(document.body);
  document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: {} }));
  if (!document.querySelector("[data-focus]")) scrollTo(0, 0);
}

async function saveFile(answer) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = answer.headers.get("Content-Disposition")?.match(/filename="?([^";]+)/)?.[1] ?? "";
  link.click();
  URL.revokeObjectURL(link.href);
}

// An address that differs by its fragment alone would load nothing.
function goTo(there) {
  const stays = there.pathname + there.search === location.pathname + location.search;
  location.assign(there);
  if (stays && there.hash) location.reload();
}

// The submit event of before has asked: this one asks nobody.
function sendAsIs(form, submitter) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: submitter?.name ?? "", value: submitter?.value ?? "" });
  if (field.name) form.append(field);
  if (submitter?.hasAttribute("formaction")) form.action = submitter.formAction;
  form.method = "post";
  HTMLFormElement.prototype.submit.call(form);
}

// --- presses that wait: those of forms with data-queue, in the order in which they were made. They are kept in this
// browser without any name, for this person, and sent by themselves, from whatever page is open then.

const queueName = () => `presses-${document.body.dataset.me ?? ""}`;

function readQueue(name = queueName()) {
  try {
    return JSON.parse(kept.get(name) ?? "[]");
  } catch {
    return [];
  }
}

function changeQueue(change) {
  const queue = change(readQueue());
  kept.set(queueName(), JSON.stringify(queue));
  return readQueue().length === queue.length;
}

const waiting = () => readQueue().filter((press) => !press.refused);

// Keeps the press of a form; false where it is of no such form, or where this browser keeps nothing.
function keepPress(form) {
  if (!form.matches("form[data-queue]")) return false;
  const sent = new URLSearchParams(new FormData(form, form.contains(pressed) ? pressed : undefined));
  if (readQueue().some((press) => press.body.includes(sent.get("command_id")))) sent.set("command_id", crypto.randomUUID());
  const before = readQueue().map((press) => new URLSearchParams(press.body)).findLast((one) => [sent.get("dossier"), null].includes(one.get("dossier")));
  if (before) sent.set("after", before.get("command_id"));
  const press = { page: location.pathname, action: form.getAttribute("action"), body: String(sent), button: pressed?.id ?? "", at: Date.now() };
  if (!changeQueue((queue) => [...queue, press])) return false;
  showQueue();
  return true;
}

// While a press waits, the next ones of its page wait behind it.
document.addEventListener("htmx:before:request", (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (!form?.matches?.("form[data-queue]") || !waiting().length || !keepPress(form)) return;
  event.preventDefault();
  sendQueue();
});

let asked = false; // a press that was sent met another one
const oneTab = (work) => (navigator.locks ? navigator.locks.request("pixflow-presses", work) : work());

const sendQueue = () => oneTab(async () => {
  let sent = 0;
  for (let press = waiting()[0]; press; press = waiting()[0]) {
    const refused = await sendPress(press);
    if (refused === undefined) break;
    changeQueue((queue) => queue.flatMap((one) => (one.body !== press.body ? [one] : refused ? [{ ...one, refused }] : [])));
    sent += 1;
  }
  if (sent) await showSent();
});

// Sends a press, with the time that it waited: the clock of this browser may be wrong. "" once it is recorded, else the
// sentence of its refusal; undefined when it has to wait.
async function sendPress({ page, action, body, at }) {
  const sent = new URLSearchParams(body);
  sent.set("waited", Math.max(0, Date.now() - at));
  try {
    const answer = await fetch(action, { method: "POST", body: sent, headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    const there = new URL(answer.url).pathname;
    if (answer.status >= 500 || (there !== page && there !== action)) return undefined; // the lock, the sign-in
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (drawn.getElementById(`choix-${sent.get("dossier")}`)) asked = true;
    if (answer.ok) return "";
    const said = drawn.querySelector("[role=alert] p, .notice p");
    return said?.textContent.trim() || `refusé (${answer.status})`;
  } catch {
    return undefined;
  }
}

async function showSent() {
  const page = document.querySelector("[data-queue-page]");
  if (page) await htmx.ajax("GET", location.pathname, { target: `#${page.id}`, swap: "outerHTML" });
  showQueue();
  if (waiting().length) return;
  tell(`Tout ce qui attendait le réseau est envoyé.${asked ? " Une présence a été notée deux fois\u00a0: choisissez, sur la page Présence." : ""}`, "queue");
  asked = false;
}

// Presses that were refused stay until somebody has read why.
function showQueue() {
  document.querySelector("#refused")?.remove();
  document.querySelectorAll(".waits").forEach((one) => one.remove());
  showNetwork();
  const queue = readQueue();
  for (const press of queue.filter((one) => one.page === location.pathname)) markPress(press);
  const refused = queue.filter((one) => one.refused);
  if (!refused.length) return;
  const part = document.createElement("div");
  part.id = "refused";
  part.className = "notice late stays";
  part.setAttribute("role", "status");
  for (const press of refused) part.append(line(`Non enregistré\u00a0: ${nameOf(press)}${press.refused}`));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "J’ai lu";
  button.addEventListener("click", () => changeQueue((queue) => queue.filter((one) => !one.refused)) && showQueue());
  part.append(button);
  document.querySelector("#main").prepend(part);
}

function line(text) {
  const said = document.createElement("p");
  said.textContent = text;
  return said;
}

const cardOf = (press) => document.getElementById(`p-${new URLSearchParams(press.body).get("dossier")}`);
const nameOf = (press) => (cardOf(press) ? `${cardOf(press).querySelector("h2").textContent}\u00a0: ` : "");

// Shows a press that waits as pressed, on its card.
function markPress(press) {
  const card = cardOf(press);
  if (!card) return;
  card.querySelector(".waits")?.remove();
  const button = press.button && document.getElementById(press.button);
  for (const one of button && !press.refused ? button.parentElement.children : []) one.ariaPressed = String(one === button);
  const said = line(press.refused ? "Non enregistré" : "En attente du réseau");
  said.className = "waits small";
  card.querySelector("h2").after(said);
}

// --- presses that somebody leaves in this browser: a sign-out drops them, and so does a day. Both say so.

const queueNames = () => kept.names("presses-");
const leftBehind = () => queueNames().flatMap((name) => readQueue(name)).filter((press) => !press.refused);
const dropPresses = () => queueNames().forEach(kept.drop);

function dropOldPresses() {
  const before = leftBehind().length;
  for (const name of queueNames()) {
    const young = readQueue(name).map((press) => ({ at: Date.now(), ...press })).filter((press) => Math.abs(Date.now() - press.at) < A_DAY);
    if (young.length) kept.set(name, JSON.stringify(young));
    else kept.drop(name);
  }
  const count = before - leftBehind().length;
  if (count) tell(`${many(count, "geste n’a pas pu partir en un jour\u00a0: il est effacé", "gestes n’ont pas pu partir en un jour\u00a0: ils sont effacés")}.`, "queue");
}

// A part that says something of the presses, with its buttons: a label and what it does.
function sayLeft(words, ...choices) {
  document.querySelector("#left")?.remove();
  const part = document.createElement("div");
  part.id = "left";
  part.className = "notice late stays";
  part.setAttribute("role", "alert");
  part.append(line(words));
  for (const [label, act] of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = label;
    button.addEventListener("click", () => (part.remove(), act()));
    part.append(button);
  }
  return part;
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.getAttribute("action") !== "/deconnexion") return;
  const count = leftBehind().length;
  if (!count) return dropPresses();
  event.preventDefault();
  const words = `${many(count, "geste attend", "gestes attendent")} le réseau\u00a0: se déconnecter ${count < 2 ? "l’efface" : "les efface"}.`;
  form.append(sayLeft(words, ["Rester", () => submitter?.focus()], ["Effacer et se déconnecter", () => (dropPresses(), form.requestSubmit(submitter))]));
  form.querySelector("#left button").focus();
});

// Whose session ended elsewhere, or by its age, finds them again at the sign-in.
function showLeft() {
  const count = leftBehind().length;
  if (!count) return dropPresses();
  const words = `${many(count, "geste attend", "gestes attendent")} ici\u00a0: connectez-vous pour ${count < 2 ? "l’envoyer" : "les envoyer"}.`;
  document.querySelector("[data-signed-out]").prepend(sayLeft(words, ["Effacer", dropPresses]));
}

document.addEventListener("htmx:after:swap", showQueue);
document.addEventListener("DOMContentLoaded", () => {
  dropOldPresses();
  if (document.querySelector("[data-signed-out]")) return showLeft();
  showQueue();
  sendQueue();
  if (navigator.onLine === false) setCut(true);
  setInterval(() => {
    if (isCut()) probe();
    else if (waiting().length) sendQueue();
    if (isCut()) showNetwork();
  }, TRIES);
});
addEventListener("storage", showQueue);
