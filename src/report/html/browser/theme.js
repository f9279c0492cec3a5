/** Colours of the page for the canvases: style sheets name them once, charts ask here. */

const probe = document.body.appendChild(document.createElement('span'));
probe.hidden = true;

/** @type {Map<string, string>} */
const resolved = new Map();
/** @type {Map<string, CanvasPattern | string>} */
const patterns = new Map();

/** The fonts of the page, for text on canvases. */
export const fontFamily = getComputedStyle(document.body).fontFamily;

/**
 * The colour that the style sheet calls `--name`, in the present theme; `name/60` is 60 % of it on the page's ground.
 *
 * @param {string} name
 * @param {number} [opacity]
 */
export function color(name, opacity = 1) {
  const key = `${name}/${opacity}`;
  let found = resolved.get(key);
  if (found === undefined) {
    probe.style.color = opacity === 1 ? cssColor(name) : `rgb(from ${cssColor(name)} r g b / ${opacity})`;
    found = getComputedStyle(probe).color;
    resolved.set(key, found);
  }
  return found;
}

/**
 * The same as a style sheet writes it.
 *
 * @param {string} name
 */
export function cssColor(name) {
  const [base, part] = name.split('/');
  return part === undefined
    ? `var(--${base})`
    : `color-mix(in oklab, var(--${base}) ${part}%, var(--surface))`;
}

/**
 * A hatching in that colour, so that what it fills is told apart without colour too.
 *
 * @param {string} name
 * @param {{ base?: string, slope?: 1 | -1, gap?: number }} [look]
 */
export function hatch(name, { base, slope = 1, gap = 6 } = {}) {
  const key = `${name}/${base}/${slope}/${gap}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const tile = document.createElement('canvas');
  tile.width = gap;
  tile.height = gap;
  const context = tile.getContext('2d');
  /** @type {CanvasPattern | string} */
  let pattern = color(name);
  if (context !== null) {
    if (base !== undefined) {
      context.fillStyle = base;
      context.fillRect(0, 0, gap, gap);
    }
    context.strokeStyle = color(name);
    context.lineWidth = 1.2;
    context.beginPath();
    for (const shift of [-gap, 0, gap]) {
      context.moveTo(shift, slope === 1 ? gap : 0);
      context.lineTo(shift + gap, slope === 1 ? 0 : gap);
    }
    context.stroke();
    pattern = context.createPattern(tile, 'repeat') ?? pattern;
  }
  patterns.set(key, pattern);
  return pattern;
}

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
}

/**
 * Chooses a theme; undefined leaves it to the system.
 *
 * @param {string | undefined} theme
 */
export function setTheme(theme) {
  if (theme === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  forgetColors();
}

/** Colours are asked for anew, because the theme changed. */
export function forgetColors() {
  resolved.clear();
  patterns.clear();
}
