// Loaded before the page is drawn (not a module, which would wait), so that a chosen theme never flashes.
(() => {
  try {
    const chosen = localStorage.getItem("persrv.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Private windows may refuse storage: the system's theme is used.
  }
})();
