// The ticket form: the subject asks the help center while it is typed, and the ticket tells of that search
// and of what was shown.
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

  // The search behind them (data-search) is noted in the field that [data-searched] names; the last one counts.
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const field = document.getElementById(target.dataset.searched || "");
    const search = target.querySelector("[data-search]")?.dataset.search;
    if (field && search) field.value = search;
  });
})();
