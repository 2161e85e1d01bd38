// Runs before the first paint so that a chosen theme does not flash the other one. The strict CSP allows no inline
// script, so it is a file of its own. The key and values are those of src/parts/theme.svelte.ts.
try {
  const theme = localStorage.getItem("fairmark.theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; the system's theme then applies.
}
