// The form that a lock kept (kept_form.html) becomes the form of its page, filled: it is corrected there, then sent. Where
// that page has no such form any more, or an answer less, what was sent stays as a list.
(async () => {
  const kept = document.querySelector("form[data-kept]");
  const sent = new FormData(kept);
  const answer = await fetch(kept.dataset.kept);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const action = kept.getAttribute("action");
  const form = [...page.forms].find((one) => one.getAttribute("action")?.split("#")[0] === action);
  if (!form || ![...sent.keys()].every((name) => form.elements.namedItem(name))) return;
  const left = Object.groupBy(sent, ([name]) => name);
  for (const field of form.elements) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = sent.getAll(field.name).includes(field.value);
    else if (field.localName !== "button" && left[field.name]?.length) {
      const value = left[field.name].shift()[1].replaceAll("\r\n", "\n");
      field.value = value;
      if (field.value !== value) return;
    }
  }
  const shown = form.closest("#form") ?? form;
  for (const part of [shown, ...shown.querySelectorAll("*")]) {
    for (const name of part.getAttributeNames()) if (name.startsWith("hx-")) part.removeAttribute(name);
  }
  const title = shown.querySelector("h1, h2, h3");
  const heading = document.createElement("h2");
  for (const name of title?.getAttributeNames() ?? []) heading.setAttribute(name, title.getAttribute(name));
  heading.append(...(title?.childNodes ?? []));
  title?.replaceWith(heading);
  kept.replaceWith(shown);
})();
