// Passkeys: asks the browser for one and hands its answer over in a form, which then goes the way of every other form.
// - <form data-passkey-url="…">: on submit, options come from that address, then the form is sent natively.
// - <form data-passkey="create|get" data-passkey-options="{…}">: starts as soon as a page has put options there.
(() => {
  const wordsOf = (error) => {
    if (error.name === "InvalidStateError") return "known";
    if (error.name === "NotAllowedError" || error.name === "AbortError") return "cancelled";
    return error.name === "SecurityError" ? "place" : "failed";
  };
  const sentences = {
    unsupported: "This browser knows no passkeys, or the connection is not encrypted.",
    cancelled: "No passkey was used: the request was cancelled or took too long.",
    place: "Passkeys do not work at this address.",
    failed: "The passkey could not be used. Try again.",
  };

  const ask = async (kind, options) => {
    const types = window.PublicKeyCredential;
    if (!types?.parseRequestOptionsFromJSON) throw Object.assign(new Error(), { code: "unsupported" });
    const credential = kind === "create"
      ? await navigator.credentials.create({ publicKey: types.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: types.parseRequestOptionsFromJSON(options) });
    return JSON.stringify(credential.toJSON());
  };

  const fill = (form, name, value) => { form.elements.namedItem(name).value = value; };
  const busy = new WeakSet();

  const logIn = async (form) => {
    const told = form.querySelector("[data-passkey-problem]");
    told.textContent = "";
    try {
      const answer = await fetch(form.dataset.passkeyUrl, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
      const body = await answer.json();
      if (!answer.ok) { told.textContent = body.detail; return; }
      fill(form, "credential", await ask("get", body));
      form.submit();
    } catch (error) {
      told.textContent = sentences[error.code ?? wordsOf(error)] ?? sentences.failed;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset?.passkeyUrl) return;
    event.preventDefault();
    if (busy.has(form)) return;
    busy.add(form);
    logIn(form).finally(() => busy.delete(form));
  }, true);

  const handOver = async (form) => {
    fill(form, "credential", "");
    fill(form, "problem", "");
    try {
      fill(form, "credential", await ask(form.dataset.passkey, JSON.parse(form.dataset.passkeyOptions)));
    } catch (error) {
      fill(form, "problem", error.code ?? wordsOf(error));
    }
    form.requestSubmit();
  };

  // Options are asked for once: their challenge counts once, and React may write the same attribute again.
  let handled = "";
  new MutationObserver(() => {
    const form = document.querySelector('form[data-passkey-options]:not([data-passkey-options=""])');
    const options = form?.dataset.passkeyOptions ?? "";
    if (options === handled) return;
    handled = options;
    if (options) handOver(form);
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-passkey-options"] });
})();
