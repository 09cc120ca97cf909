// What the pages need beyond htmx. Everything works without it.
"use strict";

// A swap made by a page that keeps itself up to date: nobody pressed anything (live.js). Asked before the swap, because
// htmx names the new block as the source of a swap that took the pressed button away.
let isByItself = false;
let part = "now-title"; // of the dossier, where the form of before stood
document.addEventListener("htmx:before:swap", (event) => {
  part = document.querySelector("#form")?.parentElement.closest("section")?.getAttribute("aria-labelledby") ?? "now-title";
  isByItself = event.detail.ctx?.sourceElement?.matches?.("[data-live], [data-checks], #search") ?? false;
});

// Focus goes to the errors, to the form just opened or to the receipt; else to the link that opened what has gone; never
// to the body. A receipt is in view wherever the page is scrolled.
let opener = "";
document.addEventListener("click", (event) => {
  opener = event.target.closest('a[hx-get*="formulaire="], .map a')?.getAttribute("href") ?? opener;
});

function focusNews() {
  const news = document.querySelector("[data-focus]");
  if (news) news.focus({ preventScroll: news.matches(".stays") });
  if (news?.matches(".sheet > .stays")) showPart();
  else if (document.activeElement === document.body) (document.querySelector("[autofocus]") ?? landing()).focus({ preventScroll: true });
}

// The page shrank as its form went: the part where it stood comes back, for it says what is to do next. The first part
// comes back under the name of the person.
function showPart() {
  const title = document.getElementById(part);
  const { top, bottom } = title?.closest("section").getBoundingClientRect() ?? {};
  const name = part === "now-title" && document.querySelector(".sheet h1");
  if (name && name.getBoundingClientRect().top < 54) name.scrollIntoView();
  else if (bottom < 200 || top > document.querySelector(".stays").offsetTop) title.scrollIntoView();
}

function landing() {
  const links = [...document.querySelectorAll("main a[hx-get]")].filter((one) => one.getAttribute("href") === opener);
  return links.find((one) => one.checkVisibility()) ?? document.querySelector("#main");
}

// A receipt is read out by a region that was on the page before it.
function announce() {
  const said = document.querySelector(".notice[data-focus] > :is(div, p)")?.innerText ?? "";
  setTimeout(() => (document.querySelector("#announced").textContent = said), 150);
}

// A key that leads to another page gives the focus to what that page shows: Tab goes on from there.
const byKey = {
  note: () => {
    try {
      sessionStorage.setItem("pixflow-by-key", Date.now());
    } catch {}
  },
  take: () => {
    try {
      const at = Number(sessionStorage.getItem("pixflow-by-key"));
      sessionStorage.removeItem("pixflow-by-key");
      return Date.now() - at < 10_000;
    } catch {
      return false;
    }
  },
};

// A browser that scrolls to the fragment of an address takes the focus away: it is given again.
document.addEventListener("DOMContentLoaded", () => {
  if (byKey.take() || document.querySelector("[data-focus]")) {
    focusNews();
    addEventListener("load", () => setTimeout(() => document.activeElement === document.body && focusNews()));
  }
  announce();
});
document.addEventListener("htmx:after:swap", () => {
  if (isByItself) return;
  focusNews();
  announce();
});

// The people to call are those of the chosen card; without one, those of all cards.
function showPeople() {
  const chosen = document.querySelector("[name=offered]:checked")?.value;
  for (const group of document.querySelectorAll("optgroup[data-group]")) {
    group.hidden = group.disabled = chosen !== undefined && chosen.split(":")[0] !== group.dataset.group;
    if (group.hidden && group.querySelector(":checked")) group.closest("select").value = "";
  }
}
document.addEventListener("change", ({ target }) => target.name === "offered" && showPeople());
document.addEventListener("DOMContentLoaded", showPeople);
document.addEventListener("htmx:after:swap", showPeople);

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
  names: (start) => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(`pixflow-${start}`)).map((name) => name.slice("pixflow-".length));
    } catch {
      return [];
    }
  },
  drop: (name) => {
    try {
      localStorage.removeItem(`pixflow-${name}`);
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

// A button that copies the text before it, or all texts folded away there: by the clipboard, else by a selection, which
// needs no secure address.
async function copyText(button) {
  const before = button.previousElementSibling;
  const texts = before.matches("pre") ? [before] : [...before.querySelectorAll("pre")];
  try {
    await navigator.clipboard.writeText(texts.map((text) => text.textContent).join("\n\n"));
  } catch {
    before.open = true;
    getSelection().setBaseAndExtent(texts[0], 0, texts.at(-1), texts.at(-1).childNodes.length);
    if (!document.execCommand("copy")) return tell("Le texte est sélectionné\u00a0: copiez-le avec Ctrl + C.", "copy");
  }
  tell("Texte copié.", "copy");
}

const showCopyButtons = () => {
  for (const button of document.querySelectorAll("[data-copy-text]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", showCopyButtons);
document.addEventListener("htmx:after:swap", showCopyButtons);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy-text]");
  if (button) copyText(button);
});

// <input type="range" data-submit>: its form is sent when the slider is let go.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-submit]")) return;
  byKey.note();
  event.target.form.requestSubmit();
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

// In an open menu, arrows go through its links.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && event.target.closest?.("details.menu[open]");
  if (!menu) return;
  const links = [...menu.querySelectorAll(".menu-list :is(a, button)")];
  const next = links[links.indexOf(document.activeElement) + step] ?? (step > 0 ? links.at(-1) : menu.querySelector("summary"));
  next.focus();
  event.preventDefault();
});

// On a phone the rail is a strip: it scrolls to where one is.
function showPlace() {
  const here = document.querySelector(".rail [aria-current]");
  const strip = here?.closest("ul");
  if (strip) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}
document.addEventListener("DOMContentLoaded", showPlace);
document.addEventListener("htmx:after:swap", showPlace);
