// A press that gets no answer, or an answer 5xx, says so beside its button; what was typed stays, to be sent again. A
// form has the id of its command, so that what arrived after all is recorded once.
"use strict";

const TRIES = 5_000;
const A_DAY = 24 * 3_600_000;
const SILENT = "Pas de réponse : le réseau manque, ou le serveur est arrêté.";
const FAILED = "Le serveur n’a pas pu répondre.";
const KEPT = "Rien de ce que vous avez saisi n’est perdu.";
let pressed = null; // the button of the last form that was sent

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

// Sends a press: "" once it is recorded, else the sentence of its refusal; undefined when it has to wait.
async function sendPress({ page, action, body }) {
  try {
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(body), headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    const there = new URL(answer.url).pathname;
    if (answer.status >= 500 || (there !== page && there !== action)) return undefined; // the lock, the sign-in
    if (answer.ok) return "";
    const said = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[role=alert] p, .notice p");
    return said?.textContent.trim() || `refusé (${answer.status})`;
  } catch {
    return undefined;
  }
}

async function showSent() {
  const page = document.querySelector("[data-queue-page]");
  if (page) await htmx.ajax("GET", location.pathname, { target: `#${page.id}`, swap: "outerHTML" });
  showQueue();
  if (!waiting().length) tell("Tout ce qui attendait le réseau est envoyé.", "queue");
}

function showQueue() {
  document.querySelector("#waiting")?.remove();
  document.querySelectorAll(".waits").forEach((one) => one.remove());
  const queue = readQueue();
  if (!queue.length) return;
  for (const press of queue.filter((one) => one.page === location.pathname)) markPress(press);
  const count = waiting().length;
  const part = document.createElement("div");
  part.id = "waiting";
  part.className = "notice late stays";
  part.setAttribute("role", "status");
  if (count) part.append(line(`${many(count, "geste attend", "gestes attendent")} le réseau : ${count < 2 ? "il partira de lui-même" : "ils partiront d’eux-mêmes"}.`));
  for (const press of queue.filter((one) => one.refused)) part.append(line(`Non enregistré : ${nameOf(press)}${press.refused}`));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = count ? "Envoyer maintenant" : "J’ai lu";
  button.addEventListener("click", () => (count ? sendQueue() : changeQueue((queue) => queue.filter((one) => !one.refused)) && showQueue()));
  part.append(button);
  document.querySelector("#main").prepend(part);
}

function line(text) {
  const said = document.createElement("p");
  said.textContent = text;
  return said;
}

const cardOf = (press) => document.getElementById(`p-${new URLSearchParams(press.body).get("dossier")}`);
const nameOf = (press) => (cardOf(press) ? `${cardOf(press).querySelector("h2").textContent} : ` : "");

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
  if (count) tell(`${many(count, "geste n’a pas pu partir en un jour : il est effacé", "gestes n’ont pas pu partir en un jour : ils sont effacés")}.`, "queue");
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
  const words = `${many(count, "geste attend", "gestes attendent")} le réseau : se déconnecter ${count < 2 ? "l’efface" : "les efface"}.`;
  form.append(sayLeft(words, ["Rester", () => submitter?.focus()], ["Effacer et se déconnecter", () => (dropPresses(), form.requestSubmit(submitter))]));
  form.querySelector("#left button").focus();
});

// Whose session ended elsewhere, or by its age, finds them again at the sign-in.
function showLeft() {
  const count = leftBehind().length;
  if (!count) return dropPresses();
  const words = `${many(count, "geste attend", "gestes attendent")} ici : connectez-vous pour ${count < 2 ? "l’envoyer" : "les envoyer"}.`;
  document.querySelector("[data-signed-out]").prepend(sayLeft(words, ["Effacer", dropPresses]));
}

document.addEventListener("htmx:after:swap", showQueue);
document.addEventListener("DOMContentLoaded", () => {
  dropOldPresses();
  if (document.querySelector("[data-signed-out]")) return showLeft();
  showQueue();
  sendQueue();
  setInterval(() => waiting().length && sendQueue(), TRIES);
});
addEventListener("online", sendQueue);
addEventListener("storage", showQueue);
