import type { Findings } from '../../analysis/index.ts';
import { chartData, type Budget } from './chart-data.ts';
import { duration } from './format.ts';
import { inlineAssets } from './inline-assets.ts';
import { html, type Markup } from './markup.ts';
import { raw } from 'hono/html';
import { clockSection } from './sections/clock.ts';
import { customersSection } from './sections/customers.ts';
import { definitionsSection } from './sections/definitions.ts';
import { environmentSection } from './sections/environment.ts';
import { faultsSection } from './sections/faults.ts';
import { requestsSection } from './sections/requests.ts';
import { reroutingSection } from './sections/rerouting.ts';
import { scalingSection } from './sections/scaling.ts';
import { timelineSection } from './sections/timeline.ts';
import { trustSection } from './sections/trust.ts';
import { expectationsSection, verdictSection, verdictWords } from './sections/verdict.ts';

/** The page must be easy to send and quick to open. */
const mostBytes = 1_900_000;

const budget: Budget = { points: 3600, podCells: 50_000, tableRows: 200, events: 1500 };

const links = [
  ['clock', 'One clock'],
  ['expectations', 'Expectations'],
  ['faults', 'Faults'],
  ['customers', 'Customers'],
  ['rerouting-of-traffic', 'Rerouting'],
  ['scaling', 'Scaling'],
  ['requests', 'Requests'],
  ['trust', 'Trust'],
  ['timeline', 'Events'],
  ['environment', 'Environment'],
  ['definitions', 'Definitions'],
] as const;

/**
 * The report of a run: one HTML page that needs nothing else, at most 2 MB. What comes from outside (names, messages, the
 * scenario) is text wherever it appears. A run too long for the page is shown with coarser points rather than in part.
 */
export function renderReport(findings: Findings): string {
  for (let share = 1; ; share /= 2) {
    const page = render(findings, {
      points: Math.ceil(budget.points * share),
      podCells: Math.ceil(budget.podCells * share),
      tableRows: Math.ceil(budget.tableRows * Math.max(share, 0.25)),
      events: Math.ceil(budget.events * share),
    });
    if (share < 0.05 || Buffer.byteLength(page) <= mostBytes) return page;
  }
}

function render(findings: Findings, budget: Budget): string {
  const { style, early, charts, script } = inlineAssets();
  const { scenario } = findings.run;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  const policy = [
    "default-src 'none'",
    `script-src ${early.source} ${charts.source} ${script.source}`,
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
        <meta name="generator" content="openbell ${findings.run.openbellVersion}" />
        <title>${verdictWords[findings.verdict].word}: ${title} – openbell</title>
        <link rel="icon" href="${icon}" />
        ${element('style', style.text)} ${element('script', early.text)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the verdict</a>
        ${header(findings, title)}
        <main id="main" tabindex="-1">
          ${verdictSection(findings)} ${clockSection(findings, budget.tableRows)}
          ${expectationsSection(findings)} ${faultsSection(findings)} ${customersSection(findings)}
          ${reroutingSection(findings)} ${scalingSection(findings)} ${requestsSection(findings)}
          ${trustSection(findings)} ${timelineSection(findings, budget.events)}
          ${environmentSection(findings)} ${definitionsSection()}
        </main>
        <footer>
          <p>
            Written by openbell ${findings.run.openbellVersion} from the journal of run
            <span class="name">${findings.run.runId}</span>: every figure on this page is derived from it.
          </p>
        </footer>
        <script type="application/json" id="chart-data">
          ${raw(jsonForHtml(chartData(findings, budget)))}
        </script>
        ${element('script', charts.text)} ${element('script', script.text)}
      </body>
    </html> `.toString();
}

function header({ run, cluster, durationMs }: Findings, title: string): Markup {
  return html`<header>
    <div class="topbar">
      <p class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path
            d="M12 3a1.6 1.6 0 0 1 1.6 1.6v.5a6 6 0 0 1 4.4 5.8v3.3l1.6 2.6v.9H4.4v-.9L6 14.2v-3.3a6 6 0 0 1 4.4-5.8v-.5A1.6 1.6 0 0 1 12 3z"
          />
          <path d="M9.8 19.2a2.2 2.2 0 0 0 4.4 0z" /></svg
        >openbell
      </p>
      <nav aria-label="Sections">${links.map(([id, text]) => html`<a href="#${id}">${text}</a>`)}</nav>
      <button type="button" class="button needs-script" id="theme-toggle" aria-pressed="false">Dark</button>
    </div>
    <div class="title">
      <h1>${title}</h1>
      <p class="meta">
        <span><span class="name">${run.scenario.name}</span></span
        ><span>${wallTime(run.originWall)}</span><span>${duration(durationMs)}</span
        ><span
          >${cluster === null ? 'no cluster' : `${cluster.provider} cluster, Kubernetes ${cluster.kubernetesVersion}`}</span
        ><span>seed ${String(run.seed)}</span>
      </p>
    </div>
    <noscript
      ><p class="note">
        Charts need JavaScript. Everything they show is also in the tables and sentences of this page.
      </p></noscript
    >
  </header>`;
}

/** An element whose text is just this: the policy admits it by its hash, so not a space may be added. */
function element(name: 'style' | 'script', text: string): Markup {
  return raw(`<${name}>${text}</${name}>`);
}

/** `2026-11-21 09:30:00 UTC` from an ISO time stamp; anything else as it is. */
function wallTime(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return parts === null ? iso : `${parts[1]} ${parts[2]} UTC`;
}

/** JSON that cannot end the element it stands in. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const icon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#9a6b12" d="M12 3a1.6 1.6 0 0 1 1.6 1.6v.5a6 6 0 0 1 4.4 5.8v3.3l1.6 2.6v.9H4.4v-.9L6 14.2v-3.3a6 6 0 0 1 4.4-5.8v-.5A1.6 1.6 0 0 1 12 3zM9.8 19.2a2.2 2.2 0 0 0 4.4 0z"/></svg>',
  );
