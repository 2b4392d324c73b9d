// Progressive enhancement of an article: titled sections become tabs; a folded part opens for printing and for a link.
(() => {
  "use strict";

  const KEY = "tab";
  const kept = () => {
    try {
      return localStorage.getItem(KEY) || "";
    } catch {
      return "";
    }
  };

  // Tabs by the ARIA pattern: arrows move, Home and End go to the ends; the same choice holds in every group of the page
  const groups = [...document.querySelectorAll(".prose .tabs")].map((frame, group) => {
    const sections = [...frame.querySelectorAll(":scope > .tab")];
    const list = document.createElement("div");
    list.className = "tab-list no-print";
    list.setAttribute("role", "tablist");
    const tabs = sections.map((section, index) => {
      const tab = Object.assign(document.createElement("button"), { type: "button", className: "tab-button" });
      tab.textContent = section.querySelector(".tab-title").textContent;
      tab.id = `tab-${group}-${index}`;
      tab.setAttribute("role", "tab");
      section.id ||= `panel-${group}-${index}`;
      tab.setAttribute("aria-controls", section.id);
      section.setAttribute("role", "tabpanel");
      section.setAttribute("aria-labelledby", tab.id);
      list.append(tab);
      return tab;
    });
    const show = (chosen) =>
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-selected", String(index === chosen));
        tab.tabIndex = index === chosen ? 0 : -1;
        sections[index].classList.toggle("tab-away", index !== chosen);
      });
    const showNamed = (name) => {
      const found = tabs.findIndex((tab) => tab.textContent === name);
      if (found >= 0) show(found);
    };
    const choose = (index) => {
      tabs[index].focus();
      groups.forEach((other) => other.showNamed(tabs[index].textContent));
      show(index);
      try {
        localStorage.setItem(KEY, tabs[index].textContent);
      } catch {
        // Not kept, then; it still holds for this page.
      }
    };
    list.addEventListener("click", ({ target }) => tabs.includes(target) && choose(tabs.indexOf(target)));
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(event.target);
      const last = tabs.length - 1;
      const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      choose(to);
    });
    frame.classList.add("tabs-live");
    frame.prepend(list);
    show(0);
    showNamed(kept());
    return { showNamed };
  });

  // On paper everything is there, and afterwards what was folded is folded again
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".prose details:not([open])")];
    opened.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
})();
