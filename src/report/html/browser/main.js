/** Puts the page together: charts, legends, zoom, theme, tables, paper. */

import { clock, data, instantText, onClock, showAll, showSeconds, zoomBy } from './clock.js';
import { createGantt } from './gantt.js';
import { createHeat } from './heat.js';
import { createLanes } from './lanes.js';
import { createLegends } from './legend.js';
import { createPerPod } from './per-pod.js';
import { plots, redrawAll } from './plot.js';
import { createTables, markScrollers } from './tables.js';
import { createThemeToggle } from './theme-toggle.js';
import { setTheme } from './theme.js';
import { columnsOf } from './values.js';

createLegends();
createLanes();
const drawTheRest = drawWhenSeen(
  new Map([
    ...chartsBelow({
      gantt: createGantt,
      served: () => createPerPod('served'),
      connections: () => createPerPod('connections'),
      heat: createHeat,
    }),
    ...sectionsToLayOut(),
  ]),
);
createTables(columnsOf);
createToolbar();
createThemeToggle(redrawAll);
preparePaper();
layOutBeforeJumps();

/**
 * The boxes of charts below the lanes, each with what draws it.
 *
 * @param {Record<string, () => void>} creators By the charts' names.
 * @returns {[Element, () => void][]}
 */
function chartsBelow(creators) {
  return Object.entries(creators).flatMap(([name, create]) => {
    const box = document.querySelector(`[data-chart="${name}"]`);
    return box === null ? [] : [[box, create]];
  });
}

/**
 * The sections, each with what has it laid out: until then the style sheet skips those below the first screen.
 *
 * @returns {[Element, () => void][]}
 */
function sectionsToLayOut() {
  return [...document.querySelectorAll('main > section')].map((part) => [
    part,
    () => {
      part.classList.add('laid-out');
      markScrollers(part);
    },
  ]);
}

/** A jump within the page needs to know how high everything is. */
function layOutBeforeJumps() {
  if (location.hash !== '') drawTheRest();
  document.addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof Element && target.closest('a[href^="#"], [data-from]') !== null) drawTheRest();
    },
    { capture: true },
  );
}

/**
 * Draws and lays out what is below the first screen when the reader comes near it or the browser has nothing else to do, so
 * that the page stands at once. Gives a function that does at once what is not done yet.
 *
 * @param {Map<Element, () => void>} waiting What makes each element ready.
 */
function drawWhenSeen(waiting) {
  const draw = (/** @type {Element} */ box) => {
    const create = waiting.get(box);
    waiting.delete(box);
    seen.unobserve(box);
    create?.();
    if (waiting.size === 0) document.documentElement.dataset['drawn'] = '';
  };
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) draw(target);
    },
    { rootMargin: '300px' },
  );
  for (const box of waiting.keys()) seen.observe(box);
  const drawNext = () => {
    const next = waiting.keys().next();
    if (next.done) return;
    draw(next.value);
    requestIdleCallback(drawNext, { timeout: 500 });
  };
  addEventListener('load', () => requestIdleCallback(drawNext, { timeout: 500 }));
  return () => {
    for (const box of waiting.keys()) draw(box);
  };
}

function createToolbar() {
  const output = document.getElementById('clock-window');
  const reset = document.querySelector('[data-zoom="reset"]');
  const show = () => {
    const whole = clock.from === 0 && clock.to === data.durationS;
    if (output)
      output.textContent = `${whole ? 'Whole run: ' : 'Shown: '}${instantText(clock.from)} to ${instantText(clock.to)}`;
    reset?.setAttribute('aria-disabled', String(whole));
  };
  onClock((what) => what === 'window' && show());
  show();
  /** @type {Record<string, () => void>} */
  const actions = { in: () => zoomBy(0.5), out: () => zoomBy(2), reset: showAll };
  for (const button of document.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => actions[button.getAttribute('data-zoom') ?? '']?.());
  }
  for (const button of document.querySelectorAll('[data-from]')) {
    button.addEventListener('click', () => {
      showSeconds(Number(button.getAttribute('data-from')), Number(button.getAttribute('data-to')));
      const lane = document.getElementById('clock');
      lane?.scrollIntoView();
      /** @type {HTMLElement | null} */ (lane?.querySelector('.plot'))?.focus({ preventScroll: true });
    });
  }
}

/** On paper charts are light, as wide as the sheet, and sharp; what is folded away on screen but short is unfolded. */
function preparePaper() {
  const sheetWidth = 680;
  /** @type {string | undefined} */
  let theme;
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  let printing = false;
  addEventListener('beforeprint', () => {
    if (printing) return;
    printing = true;
    drawTheRest();
    theme = document.documentElement.dataset['theme'];
    setTheme('light');
    document.documentElement.classList.add('paper');
    opened = [...document.querySelectorAll('details')].filter(
      (box) => !box.open && box.hasAttribute('data-paper'),
    );
    for (const box of opened) box.open = true;
    for (const { chart, box } of plots) {
      chart.options.devicePixelRatio = 2;
      chart.resize(sheetWidth, box.clientHeight);
      chart.update('none');
    }
  });
  addEventListener('afterprint', () => {
    printing = false;
    for (const box of opened) box.open = false;
    document.documentElement.classList.remove('paper');
    setTheme(theme);
    for (const { chart } of plots) {
      chart.options.devicePixelRatio = devicePixelRatio;
      chart.resize();
      chart.update('none');
    }
  });
}
