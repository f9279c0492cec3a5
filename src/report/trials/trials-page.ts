import type { MeasureFinding, Trial, TrialFindings } from '../../analysis/index.ts';
import { duration, plural } from '../html/format.ts';
import { html, orDash, section, table, type Content, type Markup } from '../html/markup.ts';
import { renderPage, wallTime } from '../html/page.ts';
import { verdictBox } from '../html/verdict-box.ts';
import { intervalText, valueText } from './axis.ts';
import { measureFigure } from './drawing.ts';
import { familyOf, familyOrder, inOrder, titleOf } from './words.ts';

/** What the trials were, besides their findings. */
export interface AboutTrials {
  openbellVersion: string;
  startedAt: string;
  seed: number;
  speedup: number;
  provider: string;
  cluster: 'fresh' | 'reused';
  until: string | null;
}

const links = [
  ['verdict', 'Verdict'],
  ['expectations', 'Expectations'],
  ['measures', 'Measures'],
  ['table', 'All figures'],
  ['trials', 'Trials'],
  ['method', 'Method'],
] as const;

/** The report of repeated trials: one HTML page that needs nothing else. Whatever comes from outside is text. */
export function renderTrials(findings: TrialFindings, about: AboutTrials): string {
  const { scenario, verdict, verdictSentence, exitCode, trials } = findings;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  return renderPage({
    title: `Trials: ${title} – openbell`,
    heading: `${title}, ${plural(trials.length, 'trial')}`,
    facts: [
      html`<span class="name">${scenario.name}</span>`,
      wallTime(about.startedAt),
      `${about.provider}, ${about.cluster === 'fresh' ? 'a fresh cluster for each trial' : 'one cluster for all trials'}`,
      `speed-up ${about.speedup}`,
      `seed ${about.seed}`,
    ],
    links,
    skipTo: 'Skip to the verdict',
    main: [
      section(
        'verdict',
        'Verdict',
        html`${verdictBox({ verdict, exitCode, sentence: verdictSentence })} ${keyFigures(findings)}
        ${findings.prices === undefined ? '' : html`<p class="note">Prices: ${findings.prices}.</p>`}`,
      ),
      expectations(findings),
      measures(findings),
      figures(findings),
      trialsTable(findings),
      method(about),
    ],
    footer: html`Written by openbell ${about.openbellVersion} from the journals of the trials: every figure on
    this page is derived from them.`,
    version: about.openbellVersion,
    drawings: true,
  });
}

function keyFigures({ measures, trials, used, trusted }: TrialFindings): Markup {
  const shown = measures
    .filter(
      ({ name, summary }) =>
        summary !== null && /^fault\..*\.outage$|^availability$|^response\.p99$/.test(name),
    )
    .slice(0, 5);
  return html`<dl class="figures">
    <div>
      <dt>Trials</dt>
      <dd>
        <span class="value">${used.length}</span
        ><span class="beside"
          >${used.length === trials.length ? 'all are used' : `are used, of ${trials.length}`}${trusted ? '' : '; not to be trusted'}</span
        >
      </dd>
    </div>
    ${shown.map(({ summary, unit, ...measure }) =>
      summary === null
        ? ''
        : html`<div>
            <dt>${titleOf(measure)}</dt>
            <dd>
              <span class="value">${valueText(summary.median, unit)}</span
              ><span class="beside"
                >${summary.interval === null ? 'median' : `median ${intervalText(summary.interval, unit)}`}</span
              >
            </dd>
          </div>`,
    )}
  </dl>`;
}

function expectations({ expectations: results }: TrialFindings): Markup {
  return section(
    'expectations',
    'Expectations on statistics',
    table({
      caption: 'What was expected over all trials that are used, and what was observed',
      columns: [{ head: 'Rule', wide: true }, { head: 'Observed', numeric: true }, { head: 'Result' }],
      rows: results.map(({ rule, observedText, held, problem }) => [
        html`<code>${rule}</code>${problem === null ? '' : html`<span class="aside">${problem}</span>`}`,
        problem === null ? observedText : orDash(null, String, 'not observed'),
        held
          ? html`<span class="held yes">✓ held</span>`
          : html`<span class="held no">✗ ${problem === null ? 'did not hold' : 'not judged'}</span>`,
      ]),
      empty: 'None was given (--expect), so the scenario’s own expectations judge each trial.',
    }),
  );
}

function measures({ measures: all, used }: TrialFindings): Markup {
  const varied = all.filter(({ summary }) => summary !== null && summary.min !== summary.max);
  const groups = Map.groupBy(varied, familyOf);
  return section(
    'measures',
    'Measures',
    html`<p class="says">
        Each dot is a trial; below, the share of the trials in which the measure was at most that.
      </p>
      <ul class="key" aria-label="Key">
        <li>${keySign(html`<circle class="dot" cx="12" cy="7" r="3.2" />`)}one trial</li>
        <li>${keySign(html`<line class="median" x1="12" x2="12" y1="0" y2="14" />`)}median</li>
        <li>${keySign(html`<rect class="interval" width="24" height="14" />`)}its 95 % interval</li>
        <li>${keySign(html`<rect class="box" x="1" y="1" width="22" height="12" />`)}middle half</li>
        <li>${keySign(html`<path class="step" d="M0 13H8V7H16V1H24" />`)}distribution function</li>
      </ul>
      ${
        varied.length === 0
          ? html`<p class="empty">No measure differed between the trials that are used.</p>`
          : familyOrder
              .filter((family) => groups.has(family))
              .map(
                (family) =>
                  html`<h3>${family}</h3>
                    <div class="drawings">
                      ${inOrder(groups.get(family) ?? []).map((finding) => measureFigure(finding, used))}
                    </div>`,
              )
      }`,
  );
}

/** A small drawing beside a word. */
function keySign(content: Markup): Markup {
  return html`<svg viewBox="0 0 24 14" width="24" height="14" aria-hidden="true">${content}</svg>`;
}

function figures({ measures: all }: TrialFindings): Markup {
  const numeric = (head: Content) => ({ head, numeric: true });
  return section(
    'table',
    'All figures',
    table({
      caption: 'Every measure over the trials that are used',
      columns: [
        { head: 'Measure', wide: true },
        numeric('n'),
        numeric('Median'),
        numeric('95 % interval'),
        numeric('Lower quartile'),
        numeric('Upper quartile'),
        numeric('Least'),
        numeric('Greatest'),
        numeric('Mean'),
      ],
      rows: all.map((finding) => rowOf(finding)),
      empty: 'No trial ran to its end.',
    }),
  );
}

function rowOf({ summary, unit, missing, ...measure }: MeasureFinding): Content[] {
  const head = html`${titleOf(measure)}<span class="aside"
      ><code>${measure.name}</code>${unknownIn(missing)}</span
    >`;
  if (summary === null)
    return [head, '0', ...Array.from({ length: 7 }, () => orDash(null, String, 'not known'))];
  const { n, median, interval, q1, q3, min, max, mean } = summary;
  return [
    head,
    n,
    valueText(median, unit),
    interval === null ? orDash(null, String, 'too few trials') : intervalText(interval, unit),
    ...[q1, q3, min, max, mean].map((value) => valueText(value, unit)),
  ];
}

function unknownIn(missing: MeasureFinding['missing']): string {
  const [first] = missing;
  return first === undefined
    ? ''
    : ` not known in ${plural(missing.length, 'trial')} (trial ${first.trial}: ${first.problem})`;
}

function trialsTable({ trials, used, measures: all }: TrialFindings): Markup {
  const shown = all
    .filter(({ name }) => /^availability$|^response\.p99$|^fault\..*\.outage$/.test(name))
    .slice(0, 6);
  return section(
    'trials',
    'Trials',
    table({
      caption: 'Each trial with its own report',
      columns: [
        { head: 'Trial', numeric: true },
        { head: 'Verdict', wide: true },
        { head: 'Took', numeric: true },
        ...shown.map((measure) => ({ head: titleOf(measure), numeric: true })),
        { head: 'Seed', numeric: true },
      ],
      rows: trials.map((trial) => [
        html`<a href="${encodeURIComponent(trial.folder)}/report.html">${trial.number}</a>`,
        verdictOf(trial, used),
        duration(trial.durationMs),
        ...shown.map(({ name, unit }) =>
          orDash(
            trial.values[name]?.value ?? null,
            (value) => valueText(value, unit),
            trial.values[name]?.problem ?? 'not known',
          ),
        ),
        String(trial.seed),
      ]),
      empty: 'No trial was made.',
    }),
  );
}

function verdictOf(trial: Trial, used: readonly Trial[]): Content {
  const { verdict, verdictSentence } = trial;
  if (verdict === 'passed') return html`<span class="held yes">✓ passed</span>`;
  const aside = used.includes(trial) ? '' : html`<span class="tag">set aside</span>`;
  return html`<span class="held no">✗ ${verdict}</span> ${aside}<span class="aside"
      >${verdictSentence}</span
    >`;
}

function method({ until, cluster }: AboutTrials): Markup {
  return section(
    'method',
    'Method',
    html`<ul class="says">
      <li>
        Every trial plays the same scenario on
        ${cluster === 'fresh' ? 'a cluster of its own' : 'the same cluster'} with a seed of its own, from
        which its random choices follow.
      </li>
      <li>
        A trial counts when it ran to its end, its faults landed and its figures can be trusted, whether or
        not its own expectations held. The others are listed, but their figures enter no statistic. Where the
        lesser half of those that ran to their end can be trusted, all of them are used, and nothing that
        follows from them can be trusted either.
      </li>
      <li>
        Quantiles interpolate linearly between order statistics. The interval of a median is the percentile
        bootstrap’s: in 95 of 100 such experiments it covers the true median. With fewer than six trials there
        is none.
      </li>
      <li>
        A measure that is not known in a trial is left out there, and said to be so; it is never taken for 0.
      </li>
      ${until === null ? '' : html`<li>It was to end early by <code>--until ${until}</code>.</li>`}
    </ul>`,
  );
}
