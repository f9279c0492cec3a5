import type { Findings } from '../../analysis/index.ts';
import { chartData, type Budget } from './chart-data.ts';
import { duration } from './format.ts';
import { html } from './markup.ts';
import { renderPage, wallTime } from './page.ts';
import { adviceSection } from './sections/advice.ts';
import { autoscalerSection } from './sections/autoscaler.ts';
import { autoscalingSection } from './sections/autoscaling.ts';
import { clockSection } from './sections/clock.ts';
import { customersSection } from './sections/customers.ts';
import { definitionsSection } from './sections/definitions.ts';
import { environmentSection } from './sections/environment.ts';
import { faultsSection } from './sections/faults.ts';
import { requestsSection } from './sections/requests.ts';
import { reroutingSection } from './sections/rerouting.ts';
import { scalingSection } from './sections/scaling.ts';
import { whatIfSection } from './sections/what-if.ts';
import { timelineSection } from './sections/timeline.ts';
import { trustSection } from './sections/trust.ts';
import { expectationsSection, verdictSection } from './sections/verdict.ts';
import { verdictWords } from './verdict-words.ts';

/** The page must be easy to send and quick to open. */
const mostBytes = 1_900_000;

const budget: Budget = { points: 3600, podCells: 50_000, heatSpans: 400, tableRows: 200, events: 1500 };

const links = [
  ['clock', 'Clock'],
  ['advice', 'Advice'],
  ['faults', 'Faults'],
  ['autoscaling', 'Scaling'],
  ['autoscaler', 'Autoscaler'],
  ['what-if', 'What if'],
  ['customers', 'Customers'],
  ['rerouting-of-traffic', 'Rerouting'],
  ['scaling', 'Pods'],
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
      heatSpans: Math.ceil(budget.heatSpans * share),
      tableRows: Math.ceil(budget.tableRows * Math.max(share, 0.25)),
      events: Math.ceil(budget.events * share),
    });
    if (share < 0.05 || Buffer.byteLength(page) <= mostBytes) return page;
  }
}

function render(findings: Findings, budget: Budget): string {
  const { run, cluster, durationMs, verdict } = findings;
  const { scenario } = run;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  return renderPage({
    title: `${verdictWords[verdict].word}: ${title} – openbell`,
    heading: title,
    facts: [
      html`<span class="name">${scenario.name}</span>`,
      wallTime(run.originWall),
      duration(durationMs),
      cluster === null
        ? 'no cluster'
        : `${cluster.provider} cluster, Kubernetes ${cluster.kubernetesVersion}`,
      `seed ${run.seed}`,
    ],
    links,
    skipTo: 'Skip to the verdict',
    main: [
      verdictSection(findings),
      clockSection(findings, budget.tableRows),
      expectationsSection(findings),
      adviceSection(findings),
      faultsSection(findings),
      autoscalingSection(findings),
      autoscalerSection(findings, budget.tableRows),
      whatIfSection(findings),
      customersSection(findings),
      reroutingSection(findings),
      scalingSection(findings),
      requestsSection(findings),
      trustSection(findings),
      timelineSection(findings, budget.events),
      environmentSection(findings),
      definitionsSection(),
    ],
    footer: html`Written by openbell ${run.openbellVersion} from the journal of run
      <span class="name">${run.runId}</span>: every figure on this page is derived from it.`,
    version: run.openbellVersion,
    charts: chartData(findings, budget),
  });
}
