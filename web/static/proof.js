// Checks the code of a paper: the signature of the register without network, then the place of the fact in it.
// The code stands after #: 0x01, position (4), size (4), leaf (32), root (32), signature (64), as base64url.
(() => {
  const box = document.getElementById("proof");
  const say = (name) => { box.querySelector(`[data-say="${name}"]`).hidden = false; };
  const hide = (name) => { box.querySelector(`[data-say="${name}"]`).hidden = true; };
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const hex = (some) => [...some].map((one) => one.toString(16).padStart(2, "0")).join("");

  function short(root) {
    const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const bits = BigInt(`0x${hex(root.slice(0, 10))}`);
    const drawn = Array.from({ length: 16 }, (_, n) => letters[Number((bits >> BigInt(75 - 5 * n)) & 31n)]).join("");
    return drawn.match(/.{4}/g).join("-");
  }

  function read(code) {
    try {
      const content = bytes(code.replace(/-/g, "+").replace(/_/g, "/"));
      if (content.length !== 137 || content[0] !== 1) return null;
      const view = new DataView(content.buffer);
      return {
        position: view.getUint32(1), size: view.getUint32(5),
        leaf: content.slice(9, 41), root: content.slice(41, 73), signature: content.slice(73),
      };
    } catch { return null; }
  }

  async function isSigned(paper, key) {
    const root = btoa(String.fromCharCode(...paper.root));
    const text = new TextEncoder().encode(`${key.dataset.origin}\n${paper.size}\n${root}\n`);
    const known = await crypto.subtle.importKey("raw", bytes(key.dataset.key), "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", known, paper.signature, text);
  }

  async function node(left, right) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.of(1, ...left, ...right)));
  }

  // RFC 9162, 2.1.3.2
  async function includes(paper, path) {
    let at = paper.position - 1, last = paper.size - 1, found = paper.leaf;
    if (at < 0 || at > last) return false;
    for (const one of path) {
      if (!last) return false;
      if (at % 2 || at === last) {
        found = await node(one, found);
        while (at && at % 2 === 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
      } else {
        found = await node(found, one);
      }
      at = Math.floor(at / 2); last = Math.floor(last / 2);
    }
    return !last && hex(found) === hex(paper.root);
  }

  async function asked(paper, structure) {
    const root = hex(paper.root.slice(0, 10));
    const answer = await fetch(`/registre/${structure}/preuve/${paper.position}-${paper.size}/${root}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(answer.statusText);
    const lines = (await answer.text()).split("\n").filter(Boolean);
    return lines.map((line) => Uint8Array.from(line.match(/../g), (two) => parseInt(two, 16)));
  }

  async function check() {
    for (const part of box.querySelectorAll("[data-say]")) part.hidden = true;
    const code = location.hash.slice(1);
    if (!code) return say("none");
    const paper = read(code);
    if (!paper) return say("bent");
    let signer = null;
    try {
      for (const key of document.querySelectorAll("#keys li")) signer ||= (await isSigned(paper, key)) && key;
    } catch { return say("old"); }
    if (!signer) return say(document.getElementById("keys").hasAttribute("data-unread") ? "unread" : "false");
    if (signer.dataset.until && paper.size > Number(signer.dataset.until)) return say("ended");
    box.querySelector("[data-key]").textContent = signer.textContent;
    box.querySelector("[data-size]").textContent = paper.size.toLocaleString("fr-FR");
    box.querySelector("[data-short]").textContent = short(paper.root);
    box.querySelector("[data-position]").textContent = paper.position.toLocaleString("fr-FR");
    say("signed"); say("asking");
    let found = "alone";
    try {
      const path = await asked(paper, signer.dataset.structure);
      found = !path ? "other" : (await includes(paper, path)) ? "in" : "out";
    } catch { /* no network */ }
    hide("asking"); say(found);
  }

  addEventListener("hashchange", check);
  check();
})();
