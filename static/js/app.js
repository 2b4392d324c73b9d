// Progressive enhancement only: every page works without this file.
(() => {
  "use strict";

  const root = document.documentElement;
  const onEach = (type, selector, handle) =>
    document.addEventListener(type, (event) => {
      const found = event.target.closest?.(selector);
      if (found) handle(found, event);
    });

  // Theme: <fieldset data-theme-choice> with radios system, light, dark -----------------------------------------------
  const showTheme = () => {
    const now = root.dataset.theme || "system";
    document.querySelectorAll("[data-theme-choice] input").forEach((radio) => (radio.checked = radio.value === now));
  };
  onEach("change", "[data-theme-choice]", (_choice, { target }) => {
    if (target.value === "system") delete root.dataset.theme;
    else root.dataset.theme = target.value;
    try {
      localStorage.setItem("theme", target.value);
    } catch {
      // Not kept, then; it still holds for this page.
    }
    showTheme();
  });
  showTheme();

  // Menus: <details class="menu"> close on Escape, on a press outside, and when focus leaves ---------------------------
  const closeMenus = (except) =>
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!except || !menu.contains(except)) menu.open = false;
    });
  document.addEventListener("click", ({ target }) => closeMenus(target));
  document.addEventListener("focusin", ({ target }) => closeMenus(target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  });

  // Tabs that do not fit a phone: the current one is scrolled into sight, the page itself stays where it is --------------
  document.querySelectorAll(".side-nav, .tabs").forEach((bar) => {
    const current = bar.querySelector("[aria-current]");
    if (!current || bar.scrollWidth <= bar.clientWidth) return;
    const [outer, inner] = [bar.getBoundingClientRect(), current.getBoundingClientRect()];
    bar.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  });

  // Copy: <button data-copy="#element"> or <button data-copy="text">; data-copied is what it says afterwards ------------
  onEach("click", "[data-copy]", async (button) => {
    const wanted = button.dataset.copy;
    const source = wanted.startsWith("#") ? document.querySelector(wanted) : null;
    if (!navigator.clipboard) return source && getSelection().selectAllChildren(source); // without TLS there is none
    await navigator.clipboard.writeText(source ? (source.value ?? source.textContent).trim() : wanted);
    const said = button.textContent;
    button.textContent = button.dataset.copied || "✓";
    setTimeout(() => (button.textContent = said), 1600);
  });

  // Code blocks of articles get a copy button of their own -------------------------------------------------------------
  const [copyLabel, copiedLabel] = ["copy", "copied"].map((name) =>
    document.querySelector(`#say-${name}`)?.content.textContent.trim(),
  );
  if (copyLabel)
    document.querySelectorAll(".prose pre").forEach((block, index) => {
      block.tabIndex = 0;
      const code = block.querySelector("code") || block;
      code.id ||= `code-${index + 1}`;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: copyLabel });
      button.className = "button button-small copy no-print";
      button.dataset.copy = `#${code.id}`;
      button.dataset.copied = copiedLabel;
      button.setAttribute("aria-live", "polite");
      const frame = document.createElement("div");
      frame.className = "code";
      block.replaceWith(frame);
      frame.append(block, button);
    });

  // Sign-up tells the reader's zone, so that times are shown in it from the first page on ---------------------------------
  document.querySelectorAll("[data-time-zone]").forEach((input) => {
    input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  });

  // Relative times: <time datetime="…" data-relative> keep telling the truth while the page stays open ------------------
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const words = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "auto" });
  const refreshTimes = () =>
    document.querySelectorAll("time[data-relative]").forEach((time) => {
      const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
      const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) || ["minute", 60];
      time.textContent = words.format(Math.trunc(seconds / length), unit);
    });
  if (document.querySelector("time[data-relative]")) setInterval(refreshTimes, 30000);

  // Search: "/" goes to the first search box ---------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-combobox], input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // Notices can be dismissed; failures that brought no notice of their own are said in words from the page ----------------
  onEach("click", "[data-dismiss]", (button) => button.closest(".notice").remove());
  const say = (id) => {
    const words = document.getElementById(id);
    const region = document.getElementById("notices");
    if (words && region) region.replaceChildren(words.content.cloneNode(true));
  };
  document.addEventListener("htmx:sendError", () => say("say-offline"));
  document.addEventListener("htmx:timeout", () => say("say-offline"));
  document.addEventListener("htmx:responseError", () => say("say-failed"));
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say("say-key-failed");
  });

  // What came in place of a form: its first wrong field gets the focus, else what it says now ([data-focus]) ----------------
  const focusFirst = (within, wanted) => {
    const found = within.querySelector?.(wanted);
    found?.focus();
    return Boolean(found);
  };
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!focusFirst(target, '[aria-invalid="true"]')) focusFirst(target, "[data-focus]");
  });
  focusFirst(document, '[aria-invalid="true"]');
})();
