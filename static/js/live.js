// A page that stays open keeps telling the truth: it asks for the version of what it shows, and fetches itself anew when
// that changed. Only parts marked [data-live] (each with an id) are replaced, and never one in which somebody types,
// chooses, selects or has the focus: such a part waits.
//   <div data-pulse="/pulse/…/" data-version="…" data-every="5" hidden></div>
//   <p data-presence></p>                          who else is here
//   <form data-composer> … <input name="seen">     what is written; [data-came-in] tells that something came in meanwhile
(() => {
  "use strict";

  const TYPED_LATELY = 15000;
  const MOVED_LATELY = 3000;
  let root;
  let version;
  let who = "";
  let isRunning = false;
  let typedAt = 0;
  let movedAt = 0;
  let waiting = new Map(); // parts that could not be replaced yet, by id

  const composer = () => document.querySelector("form[data-composer]");
  const isChanged = (field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (!field.options) return field.value !== field.defaultValue;
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  };
  const isTouched = (part) => [...part.querySelectorAll("input, textarea, select")].some(isChanged);
  const isInUse = (part) => {
    const selection = getSelection();
    const isSelected = !selection.isCollapsed && selection.containsNode(part, true);
    const isPointedAt = part.dataset.live === "calm" && Date.now() - movedAt < MOVED_LATELY && part.matches(":hover");
    return isSelected || isPointedAt || part.contains(document.activeElement) || isTouched(part);
  };
  const entriesOf = (part) => new Set([...part.querySelectorAll("[data-entry]")].map((one) => one.dataset.entry));

  const replace = (part, fresh) => {
    // What is folded stays so, and what is open too: by its id, or else as one of those without.
    const folds = (where) => [...where.querySelectorAll("details[id]")];
    const others = (where) => [...where.querySelectorAll("details:not([id])")];
    const open = others(part).map((details) => details.open);
    others(fresh).forEach((details, index) => (details.open ||= Boolean(open[index])));
    const kept = new Map(folds(part).map((details) => [details.id, details.open]));
    folds(fresh).forEach((details) => (details.open = kept.get(details.id) ?? details.open));
    const known = entriesOf(part);
    fresh.querySelectorAll("[data-entry]").forEach((one) => {
      if (!known.has(one.dataset.entry)) one.dataset.fresh = "";
    });
    part.replaceWith(fresh);
    window.htmx?.process(fresh);
  };

  const placeWaiting = () => {
    for (const [id, fresh] of waiting) {
      const part = document.getElementById(id);
      if (part && isInUse(part)) continue;
      waiting.delete(id);
      if (part) replace(part, document.importNode(fresh, true));
    }
  };

  // What is written stays. The state it was written on is brought up to date only while nothing is written yet, or when
  // the writer says so: else the answer is stopped and shown with what came in first.
  const mindComposer = (page, came) => {
    const form = composer();
    const seen = form?.querySelector("[name=seen]");
    const latest = page.querySelector("form[data-composer] [name=seen]");
    if (!seen || !latest) return;
    const notice = document.querySelector("[data-came-in]");
    if (!form.querySelector("textarea").value.trim()) seen.value = latest.value;
    else if (came && notice) {
      notice.hidden = false;
      notice.querySelector("button").onclick = () => {
        seen.value = latest.value;
        notice.hidden = true;
      };
    }
  };

  const takeOver = (page) => {
    const fresh = page.querySelector("[data-pulse]");
    if (!fresh) return false; // logged out, or no longer allowed to see it
    root.dataset.pulse = fresh.dataset.pulse;
    version = fresh.dataset.version;
    const before = entriesOf(document);
    const came = [...entriesOf(page)].some((one) => !before.has(one));
    waiting = new Map();
    document.querySelectorAll("[data-live][id]").forEach((part) => {
      const other = page.getElementById(part.id);
      if (other && other.outerHTML !== part.outerHTML) waiting.set(part.id, other);
    });
    mindComposer(page, came);
    placeWaiting();
    document.body.dispatchEvent(new CustomEvent("live")); // parts that load themselves: hx-trigger="live from:body"
    const says = document.querySelector("[data-live-says]");
    if (came && says) says.textContent = says.dataset.liveSays;
    return true;
  };

  const load = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && takeOver(page);
  };

  const ask = async () => {
    const form = composer();
    const isWriting = form && form.querySelector("textarea")?.value && Date.now() - typedAt < TYPED_LATELY;
    const query = new URLSearchParams({ version, who, ...(isWriting ? { writing: "1" } : {}) });
    const answer = await fetch(`${root.dataset.pulse}?${query}`);
    if (answer.status === 204) return true;
    if (answer.status === 403) return load(); // the token is an hour old
    if (!answer.ok) return true;
    const heard = await answer.json();
    who = heard.who;
    const presence = document.querySelector("[data-presence]");
    if (presence && presence.textContent !== heard.says) presence.textContent = heard.says;
    return heard.version === version || load();
  };

  const tick = async () => {
    if (document.hidden || isRunning) return;
    isRunning = true;
    try {
      placeWaiting();
      if (!(await ask())) clearInterval(timer);
    } catch {
      // Offline for a moment: the next time, then.
    } finally {
      isRunning = false;
    }
  };

  // That somebody begins to write is told at once, not at the next look; after the one that is under way.
  const tell = () => (isRunning ? setTimeout(tell, 200) : tick());

  let timer;
  const start = () => {
    root = document.querySelector("[data-pulse]");
    if (!root) return;
    version = root.dataset.version;
    document.addEventListener("input", ({ target }) => {
      if (!target.closest("form[data-composer]")) return;
      const hasBegun = Date.now() - typedAt >= TYPED_LATELY;
      typedAt = Date.now();
      if (hasBegun) tell();
    });
    document.addEventListener("pointermove", () => (movedAt = Date.now()), { passive: true });
    document.addEventListener("visibilitychange", tick);
    timer = setInterval(tick, 1000 * Number(root.dataset.every || 5));
    tick();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
