// Search suggestions by the ARIA combobox pattern. The input is a plain search field until this runs:
//   <input type="search" data-combobox="#panel" hx-get="…" hx-target="#panel" …>
//   <div class="suggestions" id="panel"></div>   <p class="visually-hidden" role="status" data-combobox-says></p>
// The server answers with <div class="listbox" role="listbox" data-announce="3 results"> of <a class="option" role="option">.
(() => {
  "use strict";

  document.querySelectorAll("[data-combobox]").forEach((input) => {
    const panel = document.querySelector(input.dataset.combobox);
    const says = input.closest("form").querySelector("[data-combobox-says]");
    const options = () => [...panel.querySelectorAll("[role=option]")];
    const active = () => panel.querySelector("[aria-selected=true]");

    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
    }))
      input.setAttribute(name, value);

    const show = (open) => {
      const listbox = panel.querySelector("[role=listbox]");
      panel.hidden = !(open && listbox);
      input.setAttribute("aria-expanded", String(!panel.hidden));
      if (panel.hidden) choose(null);
      else {
        listbox.id ||= `${panel.id}-list`;
        input.setAttribute("aria-controls", listbox.id);
      }
    };

    const choose = (option) => {
      active()?.setAttribute("aria-selected", "false");
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };

    const move = (step) => {
      const all = options();
      if (!all.length) return;
      if (panel.hidden) show(true);
      const here = all.indexOf(active());
      choose(all[(here + step + all.length + (here < 0 && step < 0 ? 1 : 0)) % all.length]);
    };

    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (event.key === "Enter" && active() && !panel.hidden) active().click();
      else if (event.key === "Escape" && !panel.hidden) show(false);
      else return;
      event.preventDefault();
    });
    input.addEventListener("focus", () => options().length && show(true));
    input.closest("form").addEventListener("focusout", ({ relatedTarget }) => {
      if (!panel.contains(relatedTarget)) show(false);
    });
    panel.addEventListener("mousedown", (event) => event.preventDefault());

    panel.addEventListener("htmx:afterSwap", () => {
      options().forEach((option, index) => {
        option.id ||= `${panel.id}-${index + 1}`;
        option.tabIndex = -1;
        option.setAttribute("aria-selected", "false");
      });
      show(document.activeElement === input);
      if (says) says.textContent = panel.querySelector("[data-announce]")?.dataset.announce || "";
    });
    show(false);
  });
})();
