// Rooms: Enter sends, the newest message stays in sight, dropped and pasted files are shared.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || !field.dataset.sendOnEnter) return;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (field.value.trim()) field.form.requestSubmit();
});
// What becomes of a message: on its way, or waiting for the line, until the server has answered, whatever it says.
document.addEventListener("submit", ({ target: form }) => {
  if (!(form instanceof HTMLFormElement) || !form.classList.contains("composer")) return;
  const { answers } = form.dataset, since = Date.now();
  const look = setInterval(() => {
    if (!form.isConnected || form.dataset.answers !== answers) { clearInterval(look); delete form.dataset.sent; } else form.dataset.sent = Date.now() - since > 2500 ? "late" : "now";
  }, 100);
}, true);
// Only while the reader is at the end: nobody is pulled away from what they read further up.
const atEnd = new WeakMap();
document.addEventListener("scroll", ({ target }) => {
  if (target instanceof HTMLElement && target.dataset.keepEnd) {
    atEnd.set(target, target.scrollHeight - target.scrollTop - target.clientHeight < 60);
  }
}, true);
new MutationObserver(() => {
  for (const list of document.querySelectorAll("[data-keep-end]")) {
    if (atEnd.get(list) !== false) list.scrollTop = list.scrollHeight;
  }
}).observe(document, { childList: true, subtree: true });
function tooLarge() {
  location.assign(`${location.pathname}?problem=${encodeURIComponent("A file has at most 8 MB. Share a link to larger ones.")}`);
}
async function share(files) {
  const room = document.querySelector(".talk") && location.pathname.match(/^\/rooms\/([0-9a-f-]{36})\/?$/);
  if (!room) return false;
  let isTooLarge = false;
  for (const file of files) {
    if (file.size > 8 * 2 ** 20) { isTooLarge = true; continue; }
    const form = new FormData();
    form.append("session_id", room[1]);
    form.append("file", file);
    const answer = await fetch("/auth/browser-share-document", { method: "POST", body: form });
    if (answer.redirected) {
      const problem = new URL(answer.url).searchParams.get("problem");
      if (problem) location.assign(answer.url);
    }
  }
  if (isTooLarge) tooLarge();
  return true;
}
document.addEventListener("dragover", (event) => {
  if (document.querySelector(".talk") && event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const files = event.dataTransfer?.files;
  if (document.querySelector(".talk") && files?.length) { event.preventDefault(); share(files); }
});
document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  if (document.querySelector(".talk") && files?.length) { event.preventDefault(); share(files); }
});
