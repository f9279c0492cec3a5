/** Takes the theme that the reader chose last time, before anything is painted. */
try {
  const chosen = localStorage.getItem('openbell-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
} catch {
  // Storage may be closed to files; the system's preference holds then.
}
