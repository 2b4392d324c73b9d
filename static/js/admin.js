// The staff workspace: small manners of our own pages inside the admin. The theme brings the rest.
(() => {
  "use strict";

  // Ctrl+Enter (⌘ Enter) sends the reply that is being written.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form.reply-box");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
