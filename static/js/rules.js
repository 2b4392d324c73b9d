// A line of a rule shows what fits what it is about: <select data-rule-about> says about what, <select data-rule-picked>
// holds groups of values that begin with it ("priority:high"), <input data-rule-words> takes words where there is no list.
// Without this all groups stand there, and the server says what does not fit.
(() => {
  "use strict";

  const only = (element, isShown) => {
    element.hidden = element.disabled = !isShown;
  };

  const fit = (about) => {
    const row = about.closest("tr, .form-row") ?? about.form;
    const picked = row.querySelector("[data-rule-picked]");
    const words = row.querySelector("[data-rule-words]");
    const operator = row.querySelector("select[name$=-operator]");
    const kind = about.value;
    let isListed = false;
    for (const group of picked.querySelectorAll("optgroup")) {
      const isIts = Boolean(kind) && group.firstElementChild?.value.startsWith(`${kind}:`);
      only(group, isIts);
      isListed ||= isIts;
      if (!isIts) for (const option of group.children) option.selected = false;
    }
    const operators = JSON.parse(about.dataset.ruleOperators || "{}")[kind];
    if (operator && operators) {
      for (const option of operator.options) only(option, operators.includes(option.value));
      if (!operators.includes(operator.value)) operator.value = operators[0];
    }
    const isWordless = JSON.parse(about.dataset.ruleWordless || "[]").includes(kind) || operator?.value === "empty";
    picked.hidden = !isListed || isWordless;
    words.hidden = isWordless || (isListed && !words.value); // what was typed and refused stays in sight
    if (isWordless) {
      words.value = "";
      for (const option of picked.options) option.selected = false;
    }
  };

  const fitAll = (root) => root.querySelectorAll("[data-rule-about]").forEach(fit);
  document.addEventListener("change", ({ target }) => {
    const row = target.closest?.("tr, .form-row");
    const about = target.matches?.("[data-rule-about]") ? target : row?.querySelector("[data-rule-about]");
    if (!about) return;
    if (target === about) row.querySelector("[data-rule-words]").value = "";
    fit(about);
  });
  document.addEventListener("formset:added", ({ target }) => fitAll(target));
  fitAll(document);
})();
