// Colleagues are named in a note by @. While a name is typed, those whom it may mean are offered below the box:
//   <div class="mentions"><textarea data-mentions="/where/to/ask/">…</textarea>
//   <div class="suggestions" data-mentions-list hidden></div><p role="status" data-mentions-says></p></div>
// The server answers with <div role="listbox"> of <div role="option" id data-name>. By the ARIA combobox pattern: the focus
// stays in the text, arrows choose, Enter and Tab take, Escape closes. A box of several lines keeps its role of a textbox
// (HTML allows it no other), which may have a popup, a list that completes it and an active option all the same.
(() => {
  "use strict";

  const ASKED = /(?:^|[^\w@/])@([\w.+-]*(?: [\w.+-]*)?)$/; // what stands before the cursor: a name of two words at most
  const PAUSE_MS = 120;

  const begin = (box) => {
    const panel = box.parentElement.querySelector("[data-mentions-list]");
    const says = box.parentElement.querySelector("[data-mentions-says]");
    let timer = 0;
    let asking = null; // what is on its way is dropped when more is typed

    const options = () => [...panel.querySelectorAll("[role=option]")];
    const active = () => panel.querySelector("[aria-selected=true]");
    const asked = () => {
      const found = box.selectionStart === box.selectionEnd && ASKED.exec(box.value.slice(0, box.selectionStart));
      return found ? found[1] : null;
    };

    const choose = (option) => {
      active()?.setAttribute("aria-selected", "false");
      if (!option) return box.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", option.id);
    };
    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      panel.hidden = true;
      choose(null);
      box.removeAttribute("aria-controls");
      says.textContent = "";
    };
    const open = (words) => {
      panel.innerHTML = words; // of our own server, escaped there
      if (!options().length) return close();
      panel.hidden = false;
      box.setAttribute("aria-controls", panel.id);
      choose(options()[0]);
      says.textContent = options().map((option) => option.firstChild.textContent).join(", ");
    };
    const ask = async () => {
      const name = asked();
      if (name === null) return close();
      asking?.abort();
      asking = new AbortController();
      try {
        const url = `${box.dataset.mentions}?${new URLSearchParams({ q: name })}`;
        const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "text/html" } });
        const words = answer.ok && !answer.redirected ? await answer.text() : "";
        if (asked() === name && document.activeElement === box) open(words);
      } catch {
        close(); // offline, or more was typed: the name can be written out
      }
    };
    const take = (option) => {
      const end = box.selectionStart;
      const start = end - asked().length;
      box.setRangeText(`${option.dataset.name} `, start, end, "end");
      close();
      box.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const move = (step) => {
      const all = options();
      choose(all[(all.indexOf(active()) + step + all.length) % all.length]);
    };

    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    box.addEventListener("input", () => {
      clearTimeout(timer);
      if (asked() === null) return close();
      timer = setTimeout(ask, PAUSE_MS);
    });
    box.addEventListener("keydown", (event) => {
      if (panel.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (["Enter", "Tab"].includes(event.key) && active() && asked() !== null) take(active());
      else if (event.key === "Escape") close();
      else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return close(); // elsewhere in the text
      else return;
      event.preventDefault();
    });
    box.addEventListener("blur", close);
    panel.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the focus stays in the text
      const option = event.target.closest("[role=option]");
      if (option && event.button === 0) take(option);
    });
  };

  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches?.("[data-mentions]") || target.dataset.begun) return;
    target.dataset.begun = "true"; // the page renews its parts: a box is met when somebody goes to it
    begin(target);
  });
})();
