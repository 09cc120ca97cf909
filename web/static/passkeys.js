// Forms with data-passkey ask the browser for a passkey ("get") or make one ("create"), then are sent as any form.
(() => {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      const failed = form.querySelector(".error");
      failed.hidden = true;
      try {
        const response = await fetch(form.dataset.options, { method: "POST" });
        const { publicKey, challenge } = await response.json();
        const made = form.dataset.passkey === "create"
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
        form.elements.challenge.value = challenge;
        form.elements.answer.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch (error) {
        failed.textContent = error.name === "InvalidStateError"
          ? "Cet appareil a déjà une clé d’accès pour ce compte."
          : "La clé d’accès n’a pas répondu\u00a0: essayez encore, ou prenez un autre moyen.";
        failed.hidden = false;
      }
    });
  }
})();
