// The ticket form: the subject asks the help center while it is typed, and the ticket tells what was shown.
(() => {
  "use strict";

  // <div data-asks="id_subject" hx-get="…">: sends that field's words as "q".
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const field = document.getElementById(detail.elt.dataset.asks || "");
    if (field) detail.parameters.q = field.value;
  });

  // Links with data-article that appear in [data-shown] are noted in the field that it names.
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const field = document.getElementById(target.dataset.shown || "");
    if (!field) return;
    const shown = new Set(field.value.split(",").filter(Boolean));
    target.querySelectorAll("[data-article]").forEach((link) => shown.add(link.dataset.article));
    field.value = [...shown].slice(-20).join(",");
  });
})();
