// The staff workspace: small manners of our own pages inside the admin. The theme brings the rest.
(() => {
  "use strict";

  // The theme writes the name of a chosen file into the first text field near it, whatever that is for, unless it was
  // there already. Our own pages show the name themselves.
  Object.defineProperty(HTMLInputElement.prototype, "hasChangeListener", {
    get() {
      return this.dataset.themed === "true" || this.closest(".desk") !== null;
    },
    set() {
      this.dataset.themed = "true";
    },
  });

  // Ctrl+Enter (⌘ Enter) sends the reply that is being written.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form.reply-box");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
