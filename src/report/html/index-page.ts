import type { Result } from '../result-schema.ts';
import { intervalText, valueText } from '../trials/axis.ts';
import type { TrialsResult } from '../trials/trials-schema.ts';
import { titleOf } from '../trials/words.ts';
import { count, decimal, duration, plural } from './format.ts';
import { measuresOf, rangeOf, type Measure } from './history.ts';
import { dash, html, orDash, section, table, type Content, type Markup } from './markup.ts';
import { renderPage, wallTime } from './page.ts';
import { verdictWords } from './verdict-words.ts';

/** A run's folder as the index sees it. */
export interface IndexedRun {
  /** The folder's name, beside the index. */
  folder: string;
  /** Its result.json; null where there is none that could be read. */
  result: Result | null;
  /** Whether it has a report.html. */
  hasReport: boolean;
}

/** A folder of repeated trials as the index sees it. */
export interface IndexedTrials {
  folder: string;
  result: TrialsResult;
}

/** A page that `openbell compare` wrote. */
export interface IndexedComparison {
  /** The file's name, beside the index. */
  file: string;
  /** What it compares. */
  title: string;
  /** When it was written, ISO 8601. */
  writtenAt: string;
}

/** What a folder of reports holds. */
export interface Indexed {
  runs: readonly IndexedRun[];
  trials?: readonly IndexedTrials[];
  comparisons?: readonly IndexedComparison[];
}

/**
 * The page that leads to every run, set of trials and comparison of a folder, with the history of each measure over runs of the same
 * scenario.
 */
export function renderIndex({ runs, trials = [], comparisons = [] }: Indexed, version: string): string {
  const known = runs
    .flatMap(({ result, ...rest }) => (result === null ? [] : [{ ...rest, result }]))
    .sort((a, b) => a.result.startedAt.localeCompare(b.result.startedAt));
  const scenarios = [...new Set(known.map(({ result }) => result.scenario))].sort();
  const unread = runs.filter(({ result }) => result === null);
  const sections = scenarios.map((scenario, index) => ({
    scenario,
    anchor: `scenario-${index + 1}`,
    runs: known.filter(({ result }) => result.scenario === scenario),
  }));
  return renderPage({
    title: 'Runs – openbell',
    heading: 'Runs',
    facts: [
      plural(known.length, 'run'),
      plural(scenarios.length, 'scenario'),
      ...(trials.length === 0 ? [] : [plural(trials.length, 'set') + ' of trials']),
      ...(comparisons.length === 0 ? [] : [plural(comparisons.length, 'comparison')]),
    ],
    links: [
      ...sections.map(({ anchor, scenario }) => [anchor, scenario] as const),
      ...(trials.length === 0 ? [] : [['trials', 'Trials'] as const]),
      ...(comparisons.length === 0 ? [] : [['comparisons', 'Comparisons'] as const]),
    ],
    skipTo: 'Skip to the runs',
    main: html`${
      sections.length === 0
        ? trials.length + comparisons.length > 0
          ? ''
          : html`<p class="empty">
              No run has left its result here yet: <code>openbell run</code> makes one.
            </p>`
        : sections.map(scenarioSection)
    }${trials.length === 0 ? '' : trialsSection(trials)}${
      comparisons.length === 0 ? '' : comparisonsSection(comparisons)
    }${unread.length === 0 ? '' : unreadSection(unread)}`,
    footer: html`Written by openbell ${version} from the <span class="name">result.json</span> of each run’s
      folder; what the figures mean stands in each report.`,
    version,
  });
}

interface KnownRun {
  folder: string;
  hasReport: boolean;
  result: Result;
}

function scenarioSection({
  scenario,
  anchor,
  runs,
}: {
  scenario: string;
  anchor: string;
  runs: readonly KnownRun[];
}): Markup {
  const measures = measuresOf(runs.map(({ result }) => result));
  const verdicts = runs.map(({ result }) => result.verdict);
  return section(
    anchor,
    scenario,
    html`${
      runs.length < 2
        ? ''
        : html`<p class="says">
              ${plural(runs.length, 'run')}, oldest left; the latest is marked. Hollow marks are runs that did
              not pass.
            </p>
            <ul class="history">
              ${measures.map((measure) => html`<li>${history(measure, verdicts)}</li>`)}
            </ul>`
    }
    ${runsTable(runs, measures)}`,
  );
}

/** A measure's run of values with the latest in figures. */
function history(
  { name, format, values, fromZero }: Measure,
  verdicts: readonly Result['verdict'][],
): Markup {
  const range = rangeOf(values);
  const latest = values.at(-1) ?? null;
  if (range === null) return html``;
  const low = fromZero ? 0 : range.least - (range.most - range.least) * 0.2;
  const span = Math.max(range.most - low, 1e-9);
  const x = (index: number): string => (8 + (index / Math.max(1, values.length - 1)) * 224).toFixed(1);
  const y = (value: number): string => (44 - ((value - low) / span) * 36).toFixed(1);
  const points = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]));
  return html`<p class="measure">
      ${name}<strong>${orDash(latest, format, 'none in the latest run')}</strong>
    </p>
    <svg viewBox="0 0 240 50" aria-hidden="true">
      <path class="base" d="M4 46H236" />
      <path class="middle" d="M4 ${y(range.median)}H236" />
      <path
        class="run"
        d="${points.map(({ value, index }, at) => `${at === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('')}"
      />
      ${points.map(
        ({ value, index }) =>
          html`<circle
            class="${verdicts[index] === 'passed' ? 'passed' : 'other'}${index === values.length - 1 ? ' latest' : ''}"
            cx="${x(index)}"
            cy="${y(value)}"
            r="${index === values.length - 1 ? 4 : 2.6}"
          />`,
      )}
    </svg>
    <p class="beside">median ${format(range.median)}; ${format(range.least)} to ${format(range.most)}</p>`;
}

/** Newest first, each with what there is to compare. */
function runsTable(runs: readonly KnownRun[], measures: readonly Measure[]): Markup {
  return table({
    caption: 'Runs, newest first',
    columns: [
      { head: 'Started' },
      { head: 'Verdict' },
      { head: 'Cluster' },
      { head: 'Took', numeric: true },
      ...measures.map(({ name }) => ({ head: name, numeric: true })),
    ],
    rows: runs
      .map((run, index) => [
        started(run),
        verdict(run.result),
        html`${run.result.provider ?? 'none'}${run.result.speedup === null || run.result.speedup === 1 ? '' : html` <span class="aside">${decimal(run.result.speedup, 1)}× as fast</span>`}`,
        duration(run.result.durationMs),
        ...measures.map(({ values, format }) => orDash(values[index] ?? null, format, 'not known')),
      ])
      .toReversed(),
    empty: '',
  });
}

function started({ folder, hasReport, result }: KnownRun): Content {
  const when = wallTime(result.startedAt);
  return hasReport
    ? html`<a class="together" href="${encodeURIComponent(folder)}/report.html">${when}</a>`
    : html`<span class="together">${when}</span> <span class="aside">no report</span>`;
}

function verdict({ verdict: name, expectations }: Result): Content {
  const held = expectations.filter((one) => one.held).length;
  return html`${verdictOf(name)}${expectations.length === 0 ? '' : html` <span class="aside">${count(held)} of ${count(expectations.length)} held</span>`}`;
}

function verdictOf(name: Result['verdict']): Content {
  const tone = name === 'passed' ? 'yes' : name === 'failed' || name === 'error' ? 'no' : 'unsure';
  return html`<span class="held ${tone}">${verdictWords[name].word}</span>`;
}

/** The measures that say most of a set of trials, as many as fit. */
const toldOfTrials = /^(fault\..*\.outage|availability|response\.p99)$/;

function trialsSection(trials: readonly IndexedTrials[]): Markup {
  return section(
    'trials',
    'Trials',
    table({
      caption: 'Sets of trials, newest first; medians with their 95 % intervals',
      columns: [
        { head: 'Set' },
        { head: 'Scenario' },
        { head: 'Verdict' },
        { head: 'Trials', numeric: true },
        { head: 'Medians', wide: true },
      ],
      rows: trials
        .toSorted((a, b) => (b.result.startedAt ?? '').localeCompare(a.result.startedAt ?? ''))
        .map(({ folder, result }) => [
          html`<a href="${encodeURIComponent(folder)}/trials.html">${folder}</a>`,
          result.scenario,
          verdictOf(result.verdict),
          count(result.trials.length),
          result.measures
            .filter(({ name, median }) => toldOfTrials.test(name) && median !== null)
            .slice(0, mostMedians)
            .map(
              ({ name, unit, median, interval }) =>
                html`<span class="together"
                    >${titleOf({ name })}
                    ${valueText(median ?? 0, unit)}${interval === null ? '' : ` ${intervalText(interval, unit)}`}</span
                  ><br />`,
            ),
        ]),
      empty: '',
    }),
  );
}

const mostMedians = 4;

function comparisonsSection(comparisons: readonly IndexedComparison[]): Markup {
  return section(
    'comparisons',
    'Comparisons',
    table({
      caption: 'Pages that openbell compare wrote, newest first',
      columns: [{ head: 'Comparison', wide: true }, { head: 'Written' }],
      rows: comparisons
        .toSorted((a, b) => b.writtenAt.localeCompare(a.writtenAt))
        .map(({ file, title, writtenAt }) => [
          html`<a href="${encodeURIComponent(file)}">${title}</a>`,
          wallTime(writtenAt),
        ]),
      empty: '',
    }),
  );
}

function unreadSection(runs: readonly IndexedRun[]): Markup {
  return section(
    'unread',
    'Folders without a result',
    html`<p class="says">
        <code>openbell report</code> writes it again from a run’s journal, as long as that can be read.
      </p>
      ${table({
        caption: 'Folders whose result.json is missing or cannot be read',
        columns: [{ head: 'Folder' }, { head: 'Report' }],
        rows: runs.map(({ folder, hasReport }) => [
          html`<span class="name">${folder}</span>`,
          hasReport
            ? html`<a href="${encodeURIComponent(folder)}/report.html">report.html of ${folder}</a>`
            : dash('no report'),
        ]),
        empty: '',
      })}`,
  );
}
