// "/" and Ctrl+K or Cmd+K jump to the search field, as in the products people know.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const asks = (event.key === "/" && !typing) || (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey));
  const field = document.getElementById("search");
  if (asks && field) { event.preventDefault(); field.focus(); field.select(); }
});
// A link or token that is shown to be copied is selected whole when somebody goes into its field.
document.addEventListener("focusin", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.dataset.selectOnFocus) event.target.select();
});
// Said before the file goes: what is too large is refused without a page.
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.dataset.mostMb) return;
  const most = Number(target.dataset.mostMb), isTooLarge = [...target.files].some((file) => file.size > most * 2 ** 20);
  target.setCustomValidity(isTooLarge ? `A file has at most ${most} MB.` : "");
  target.reportValidity();
});
