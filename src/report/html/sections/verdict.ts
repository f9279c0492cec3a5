import type { Findings } from '../../../analysis/index.ts';
import { all, count, duration, percent, plural, unparted } from '../format.ts';
import { highlights, untoldDoubts, type Highlight } from '../highlights.ts';
import { bullets, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { reference } from './statements.ts';
import type { DefinitionName } from '../definitions.ts';
import { verdictWords } from '../verdict-words.ts';

/** The verdict in a sentence, the figures that matter most and the three findings not to be missed. */
export function verdictSection(findings: Findings): Markup {
  const { word, icon } = verdictWords[findings.verdict];
  const failed = findings.expectations.filter(({ held }) => !held);
  return section(
    'verdict',
    'Verdict',
    html`<div class="verdict ${findings.verdict}">
        <svg class="sign" viewBox="0 0 24 24" width="40" height="40" aria-hidden="true">
          <circle cx="12" cy="12" r="11" />
          <path d="${icon}" />
        </svg>
        <div>
          <p class="word">${word} <span class="aside">exit code ${String(findings.exitCode)}</span></p>
          <p class="sentence">${findings.verdictSentence}</p>
          ${bullets(untoldDoubts(findings))} ${bullets(failed.slice(0, mostFailed).map(failedExpectation))}
        </div>
        <a class="tally" href="#expectations"
          >${
            findings.expectations.length === 0
              ? findings.plan?.trialExpectations === undefined
                ? 'no expectation'
                : 'expectations: over trials only'
              : html`<strong
                    >${count(findings.expectations.length - failed.length)} of
                    ${count(findings.expectations.length)}</strong
                  >
                  expectations held`
          }</a
        >
      </div>
      ${keyFigures(findings)} ${highlightList(highlights(findings))}`,
  );
}

/** As many failed expectations stand beside the verdict; the table below has all. */
const mostFailed = 3;

function failedExpectation({ rule, observedText, problem }: Findings['expectations'][number]): Markup {
  return html`<code>${rule}</code>:
    ${problem ?? `${observedText === '' ? 'nothing' : observedText} was observed`}`;
}

function highlightList(items: readonly Highlight[]): Content {
  return items.length === 0
    ? ''
    : html`<ol class="highlights" aria-label="Findings that matter most">
        ${items.map(
          ({ title, text, anchor, tone, ...about }) =>
            html`<li class="${tone}">
              <a href="#${anchor}">${title}</a>
              <p>${unparted(text)} ${reference(about)}</p>
            </li> `,
        )}
      </ol>`;
}

/** Every expectation with what was observed. */
export function expectationsSection({ expectations, plan }: Findings): Markup {
  const overTrials = plan?.trialExpectations ?? [];
  const held = expectations.filter((result) => result.held).length;
  return section(
    'expectations',
    expectations.length === 0
      ? 'Expectations'
      : held === expectations.length
        ? `${all(held, 'expectation')} held`
        : `${count(held)} of ${plural(expectations.length, 'expectation')} held`,
    table({
      caption: 'What the scenario expects, and what was observed',
      columns: [{ head: 'Rule' }, { head: 'Observed', numeric: true }, { head: 'Result' }],
      rows: [
        ...expectations.map(({ rule, observedText, held, problem }) => [
          html`<code>${rule}</code>`,
          observedText === '' ? orDash(null, String, 'not observed') : observedText,
          html`${
            held
              ? html`<span class="held yes">✓ held</span>`
              : html`<span class="held no">✗ ${problem === null ? 'did not hold' : 'not judged'}</span>`
          }${problem === null ? '' : html` <span class="aside">${problem}</span>`}`,
        ]),
        ...overTrials.map((rule) => [
          html`<code>${rule}</code>`,
          orDash(null, String, 'a statistic'),
          html`<span class="aside">judged over trials: <code>openbell trials</code></span>`,
        ]),
      ],
      empty: 'The scenario states no expectation, so nothing was judged.',
    }),
  );
}

function keyFigures(findings: Findings): Markup {
  const { requests, availability, latencyMs, faults, replicas, scaling } = findings;
  const lost = requests.scheduled - requests.ok;
  const outages = faults.flatMap(({ outageMs }) => (outageMs === null ? [] : [outageMs]));
  const peak = replicas.reduce((most, point) => Math.max(most, point.desired), 0);
  const first = scaling[0]?.from ?? replicas.find((point) => point.desired > 0)?.desired ?? 0;
  return html`<dl class="figures">
    ${figure('Requests', 'outcome', count(requests.scheduled), lost === 0 ? 'all ended ok' : `${count(lost)} did not end ok`)}
    ${figure('Availability', 'availability', orDash(availability, percent, 'no traffic'), 'requests that ended ok')}
    ${figure('p99', 'response-time', orDash(latencyMs.response.p99, duration, 'nothing answered'), 'response time, whole run')}
    ${figure(
      'Longest outage',
      'outage',
      outages.length === 0 ? orDash(null, String, 'none seen') : duration(Math.max(...outages)),
      faults.length === 0
        ? 'no fault was injected'
        : `after ${plural(faults.length, 'fault')}${outages.length < faults.length ? `, ${count(faults.length - outages.length)} not known` : ''}`,
    )}
    ${figure('Pods', 'desired', first === peak ? count(peak) : `${count(first)} → ${count(peak)}`, plural(scaling.length, 'scaling decision'))}
    ${figure('First answer', 'first-answer', orDash(findings.firstAnswerMs, duration, 'never answered'), 'after the start of the run')}
  </dl>`;
}

function figure(name: string, definition: DefinitionName, value: Content, beside: string): Markup {
  return html`<div>
    <dt>${term(definition, name)}</dt>
    <dd><span class="value">${value}</span><span class="beside">${beside}</span></dd>
  </div>`;
}
