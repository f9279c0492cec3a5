import type { Findings } from '../../../analysis/index.ts';
import { count, plural } from '../format.ts';
import { bullets, html, section, term, type Content, type Markup } from '../markup.ts';
import { generatorSentence } from '../sentences.ts';

/** In order, in order but for a part, not in order, or nothing to judge. */
type CheckResult = 'yes' | 'some' | 'no' | 'open';

const signs: Record<CheckResult, string> = { yes: '✓', some: '!', no: '✗', open: '–' };

/** Why the figures may be believed, or not: each check with its result in words. */
export function trustSection(findings: Findings): Markup {
  const { requests, generator, faults, journal, distrust, notes } = findings;
  const missed = faults.filter((fault) => fault.landedMs === null);
  const { saturatedSeconds } = generator;
  const checks: [result: CheckResult, text: Content][] = [
    [
      requests.conserved ? 'yes' : 'no',
      requests.conserved
        ? html`Each of the ${count(requests.scheduled)} scheduled requests ended in
          ${term('conserved', 'exactly one outcome')}.`
        : html`The outcomes do not sum to the scheduled requests: ${term('conserved', 'conservation')} is
          broken.`,
    ],
    [
      findings.seconds.length === 0
        ? 'open'
        : saturatedSeconds === 0
          ? 'yes'
          : saturatedSeconds > Math.max(1, findings.seconds.length / 10)
            ? 'no'
            : 'some',
      html`${generatorSentence(findings)} (${term('lateness', 'lateness')},
      ${term('saturated', 'saturation')})`,
    ],
    [
      faults.length === 0 ? 'open' : missed.length === 0 ? 'yes' : 'no',
      faults.length === 0
        ? 'No fault was injected.'
        : missed.length === 0
          ? `${['', 'The fault was', 'Both faults were'][faults.length] ?? `All ${count(faults.length)} faults were`} seen to land.`
          : `${plural(missed.length, 'fault')} of ${count(faults.length)} ${missed.length === 1 ? 'was' : 'were'} not seen to land.`,
    ],
    [
      journal.complete && journal.problems.length === 0 ? 'yes' : 'no',
      `The journal ${journal.complete ? 'is complete' : 'was cut short'}: ${plural(journal.events, 'event')}${journal.problems.length === 0 ? '' : `, ${plural(journal.problems.length, 'problem')}`}.`,
    ],
  ];
  return section(
    'trust',
    'Can this run be trusted?',
    html`<p class="says">${findings.trust.sentence}</p>
      ${distrust.length === 0 ? '' : html`<div class="warn">${bullets(distrust)}</div>`}
      <ul class="checks">
        ${checks.map(
          ([result, text]) =>
            html`<li class="${result}">
              <span class="mark" aria-hidden="true">${signs[result]}</span
              ><span>${result === 'no' ? html`<span class="sr">Not in order: </span>` : ''}${text}</span>
            </li>`,
        )}
      </ul>
      ${
        journal.problems.length === 0
          ? ''
          : html`<h3>Problems of the journal</h3>
              ${bullets(journal.problems)}`
      }
      ${
        notes.length === 0
          ? ''
          : html`<h3>Notes</h3>
              ${bullets(notes)}`
      }`,
  );
}
