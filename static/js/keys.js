// The desk by keyboard. A key goes to what carries it: <summary data-key="n"> opens, <select data-key="m"> gets the focus,
// <button data-key="i" data-presses> is pressed. What changes a ticket for its customer only gets the focus: Enter does it.
//   <dialog id="shortcuts"> tells them; its <input data-keys-on> switches them off, since one letter alone may be dictated.
(() => {
  "use strict";

  const KEPT = "desk-keys";
  const kept = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(KEPT);
      localStorage.setItem(KEPT, value);
    } catch {
      // Not kept, then.
    }
    return null;
  };
  const dialog = () => document.getElementById("shortcuts");
  const isEditable = (element) => element.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

  const goTo = (target) => {
    if (target.dataset.presses !== undefined) return target.click();
    const details = target.closest("details");
    if (details) details.open = true;
    const field = target.matches("summary") ? details.querySelector("input:not([type=hidden]), textarea, select") : target;
    field.focus();
    field.select?.();
    field.scrollIntoView({ block: "nearest" });
  };

  const rows = () => [...document.querySelectorAll(".queue tbody tr")];
  const move = (step) => {
    const all = rows();
    const here = all.indexOf(document.activeElement.closest?.(".queue tbody tr"));
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next]?.querySelector("th a").focus();
    return all.length > 0;
  };
  const tick = () => {
    const box = document.activeElement.closest?.(".queue tbody tr")?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  };
  const show = () => {
    const opened = dialog();
    if (!opened) return false;
    opened.querySelector("[data-keys-on]").checked = kept() !== "off";
    opened.showModal();
    return true;
  };
  const OURS = { j: () => move(1), k: () => move(-1), x: tick, "?": show };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isEditable(event.target) || document.querySelector("dialog[open]")) return;
    if (kept() === "off" && event.key !== "?") return;
    const target = event.key.length === 1 && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    const isDone = target ? (goTo(target), true) : OURS[event.key]?.();
    if (isDone) event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-opens=shortcuts]")) show();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("[data-keys-on]")) kept(target.checked ? "on" : "off");
  });
})();
