// Search suggestions by the ARIA 1.2 combobox pattern. The input is a plain search field until this runs:
//   <input type="search" data-combobox="#panel" hx-get="…" hx-target="#panel" …>
//   <div class="suggestions" id="panel"></div>   <p class="visually-hidden" role="status" data-combobox-says></p>
// The server answers with <div class="listbox" role="listbox" data-announce="3 results"> of <a class="option" role="option">.
// The focus stays in the input; asking waits for a pause in typing and drops what is stale (hx-trigger, hx-sync).
(() => {
  "use strict";

  document.querySelectorAll("[data-combobox]").forEach((input) => {
    const panel = document.querySelector(input.dataset.combobox);
    const form = input.closest("form");
    const says = form.querySelector("[data-combobox-says]");
    const options = () => [...panel.querySelectorAll("[role=option]")];
    const active = () => panel.querySelector("[aria-selected=true]");
    let unwanted = false; // closed by the reader: an answer still on its way does not open it again

    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
    }))
      input.setAttribute(name, value);

    const choose = (option) => {
      active()?.setAttribute("aria-selected", "false");
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };

    const show = (open) => {
      const listbox = panel.querySelector("[role=listbox]");
      panel.hidden = !(open && listbox);
      input.setAttribute("aria-expanded", String(!panel.hidden));
      if (listbox) input.setAttribute("aria-controls", (listbox.id ||= `${panel.id}-list`));
      else input.removeAttribute("aria-controls");
      if (panel.hidden) choose(null);
    };

    const close = () => {
      unwanted = true;
      input.dispatchEvent(new CustomEvent("htmx:abort"));
      show(false);
    };

    const move = (step) => {
      const all = options();
      if (!all.length) return;
      if (panel.hidden) show(true);
      const here = all.indexOf(active());
      choose(all[(here + step + all.length + (here < 0 && step < 0 ? 1 : 0)) % all.length]);
    };

    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "ArrowDown") event.altKey ? show(true) : move(1);
      else if (event.key === "ArrowUp") event.altKey ? show(false) : move(-1);
      else if (event.key === "Enter" && active() && !panel.hidden) active().click();
      else if (event.key === "Escape" && !panel.hidden) close();
      else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return choose(null); // back in the text
      else return;
      event.preventDefault();
    });
    input.addEventListener("input", () => {
      unwanted = false;
      choose(null);
      if (says) says.textContent = "";
    });
    input.addEventListener("focus", () => options().length && show(true));
    form.addEventListener("submit", close);
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!panel.contains(relatedTarget)) show(false);
    });
    panel.addEventListener("mousedown", (event) => event.preventDefault());

    panel.addEventListener("htmx:afterSwap", () => {
      options().forEach((option, index) => {
        option.id ||= `${panel.id}-${index + 1}`;
        option.tabIndex = -1;
        option.setAttribute("aria-selected", "false");
      });
      const wanted = !unwanted && document.activeElement === input;
      input.removeAttribute("aria-activedescendant");
      show(wanted);
      if (says) says.textContent = (wanted && panel.querySelector("[data-announce]")?.dataset.announce) || "";
    });
    show(false);
  });
})();
