import { raw } from 'hono/html';
import { inlineAssets } from './inline-assets.ts';
import { html, type Content, type Markup } from './markup.ts';

/** What differs between openbell's pages. */
export interface PageParts {
  /** Of the window; plain text. */
  title: string;
  heading: string;
  /** Facts beside the heading. */
  facts: readonly Content[];
  /** Sections that the head of the page leads to: `[anchor, text]`. */
  links: readonly (readonly [string, string])[];
  /** What the skip link leads to. */
  skipTo: string;
  main: Content;
  footer: Content;
  version: string;
  /** Data of charts that the page's script draws; left out where the page has none. */
  charts?: unknown;
  /** Whether the page has drawings, which need no script. */
  drawings?: boolean;
}

/**
 * A page of openbell: one HTML file that needs nothing else. Its policy admits only the scripts and the style that are part of
 * it, and only parts made by `html` are taken for markup.
 */
export function renderPage(parts: PageParts): string {
  const { early, plain, charts, script, ...styles } = inlineAssets();
  const style = parts.drawings === true ? styles.styleOfDrawings : styles.style;
  const scripts = parts.charts === undefined ? [plain] : [charts, script];
  const policy = [
    "default-src 'none'",
    `script-src ${[early, ...scripts].map(({ source }) => source).join(' ')}`,
    `style-src ${style.source}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="openbell ${parts.version}" />
        <title>${parts.title}</title>
        <link rel="icon" href="${icon}" />
        ${element('style', style.text)} ${element('script', early.text)}
      </head>
      <body>
        <a class="skip" href="#main">${parts.skipTo}</a>
        ${header(parts)}
        <main id="main" tabindex="-1">${parts.main}</main>
        <footer><p>${parts.footer}</p></footer>
        ${
          parts.charts === undefined
            ? ''
            : html`<script type="application/json" id="chart-data">
                ${raw(jsonForHtml(parts.charts))}
              </script>`
        }
        ${scripts.map(({ text }) => element('script', text))}
      </body>
    </html> `.toString();
}

function header({ heading, facts, links, charts }: PageParts): Markup {
  return html`<header>
    <div class="topbar">
      <p class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="${bell[0]}" />
          <path d="${bell[1]}" /></svg
        >openbell
      </p>
      <nav aria-label="Sections">${links.map(([id, text]) => html`<a href="#${id}">${text}</a>`)}</nav>
      <button type="button" class="button needs-script" id="theme-toggle" aria-pressed="false">Dark</button>
    </div>
    <div class="title">
      <h1>${heading}</h1>
      <p class="meta">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
    </div>
    ${
      charts === undefined
        ? ''
        : html`<noscript
            ><p class="note">
              Charts need JavaScript. Everything they show is also in the tables and sentences of this page.
            </p></noscript
          >`
    }
  </header>`;
}

/** An element whose text is just this: the policy admits it by its hash, so not a space may be added. */
function element(name: 'style' | 'script', text: string): Markup {
  return raw(`<${name}>${text}</${name}>`);
}

/** `2026-11-21 09:30:00 UTC` from an ISO time stamp; anything else as it is. */
export function wallTime(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return parts === null ? iso : `${parts[1]} ${parts[2]} UTC`;
}

/** JSON that cannot end the element it stands in. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** Drawn on a square of 24. */
const bell = [
  'M12 3a1.6 1.6 0 0 1 1.6 1.6v.5a6 6 0 0 1 4.4 5.8v3.3l1.6 2.6v.9H4.4v-.9L6 14.2v-3.3a6 6 0 0 1 4.4-5.8v-.5A1.6 1.6 0 0 1 12 3z',
  'M9.8 19.2a2.2 2.2 0 0 0 4.4 0z',
] as const;

const icon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#9a6b12" d="${bell.join('')}"/></svg>`,
)}`;
