// The token of an invitation or a password link leaves the address bar before the page starts, so that it is neither
// kept in the history nor sent along with the page's address; the form of the page gets it once it is there.
(() => {
  const path = location.pathname.replace(/\/$/, "");
  if (path !== "/welcome" && path !== "/reset") return;
  const token = new URLSearchParams(location.search).get("token") || "-";
  history.replaceState(history.state, "", path);
  new MutationObserver(() => {
    const field = document.getElementById("link-token");
    if (!field || field.dataset.given) return;
    field.dataset.given = "yes";
    // React hears of a value only through the element's own setter and an event.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, token);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }).observe(document, { childList: true, subtree: true });
})();
