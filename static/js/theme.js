// Runs before the first paint: a reader who chose a scheme sees no flash of the other one. The choice itself is made in app.js.
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden; the system's scheme stays.
  }
})();
