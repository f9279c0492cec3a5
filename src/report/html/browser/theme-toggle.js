/** The button that turns the page dark or light. */

import { forgetColors, isDark, setTheme } from './theme.js';

/** @param {() => void} onChange Called after the theme has changed, also when the system changed it. */
export function createThemeToggle(onChange) {
  const toggle = document.getElementById('theme-toggle');
  const show = () => toggle?.setAttribute('aria-pressed', String(isDark()));
  toggle?.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    setTheme(theme);
    try {
      localStorage.setItem('openbell-theme', theme);
    } catch {
      // The choice holds for this page only.
    }
    show();
    onChange();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    forgetColors();
    show();
    onChange();
  });
  show();
}
