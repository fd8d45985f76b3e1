// "/" and Ctrl+K or Cmd+K jump to the search field, as in the products people know.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const asks = (event.key === "/" && !typing) || (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey));
  const field = document.getElementById("search");
  if (asks && field) { event.preventDefault(); field.focus(); field.select(); }
});
