import {
  laneNames,
  pText,
  significance,
  type Comparison,
  type Difference,
  type Side,
} from '../../analysis/index.ts';
import { plural } from '../html/format.ts';
import { bullets, html, orDash, section, table, type Content, type Markup } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { verdictBox } from '../html/verdict-box.ts';
import { valueText } from '../trials/axis.ts';
import { inOrder, titleOf } from '../trials/words.ts';
import { differenceFigure, laneFigure } from './drawings.ts';
import { answerInWords, byWeight, differenceSentence, signed, signedInterval } from './words.ts';

const links = [
  ['verdict', 'Result'],
  ['lanes', 'One clock'],
  ['measures', 'Measures'],
  ['table', 'All figures'],
  ['unlike', 'What else differs'],
  ['method', 'Method'],
] as const;

/** So many sentences stand beside the result; the table has all. */
const mostSentences = 8;

/** Two runs or sets of trials on one HTML page that needs nothing else. Whatever comes from outside is text. */
export function renderComparison(comparison: Comparison, openbellVersion: string): string {
  const { a, b, verdict, verdictSentence, exitCode } = comparison;
  return renderPage({
    title: `${a.label} and ${b.label} compared – openbell`,
    heading: html`${a.label} <span class="aside">and</span> ${b.label}`,
    facts: [sideFact('A', comparison), sideFact('B', comparison)],
    links,
    skipTo: 'Skip to the result',
    main: [
      section(
        'verdict',
        'Result',
        html`${verdictBox({ verdict, exitCode, sentence: verdictSentence, besides: gates(comparison) })}
        ${answerInWords(comparison).map((text) => html`<p class="says">${text}</p>`)} ${prices(comparison)}
        ${sentences(comparison)}`,
      ),
      lanes(comparison),
      measures(comparison),
      figures(comparison),
      unlike(comparison),
      method(),
    ],
    footer: html`Written by openbell ${openbellVersion} from the journals of both sides: every figure on this
    page is derived from them.`,
    version: openbellVersion,
    drawings: true,
  });
}

function sideFact(letter: 'A' | 'B', { a, b, counted, untrusted }: Comparison): Markup {
  const side: Side = letter === 'A' ? a : b;
  const runs = letter === 'A' ? counted.a : counted.b;
  const all = side.set.trials.length;
  return html`${letter}: ${side.label},
  ${plural(runs, 'run')}${runs === all ? '' : ` of ${all}`}${untrusted.includes(letter) ? ', not to be trusted' : ''}`;
}

/** Prices that differ stand among what else differs. */
function prices({ a, b }: Comparison): Content {
  const stated = a.set.prices;
  return stated === undefined || stated !== b.set.prices
    ? ''
    : html`<p class="note">Prices on both sides: ${stated}.</p>`;
}

function gates({ gates: results }: Comparison): Content {
  return bullets(
    results.map(
      ({ rule, held, reason }) =>
        html`<span class="held ${held ? 'yes' : 'no'}">${held ? '✓' : '✗'}</span> <code>${rule}</code>:
          ${reason}`,
    ),
  );
}

function sentences({ differences }: Comparison): Markup {
  const told = byWeight(differences).filter(
    ({ judgement }) => !['same', 'unknown', 'not shown'].includes(judgement),
  );
  if (told.length === 0)
    return html`<p class="says">No difference between A and B is shown by these runs.</p>`;
  const more = told.length - mostSentences;
  return html`<h3>B, compared with A</h3>
    <ul class="says">
      ${told
        .slice(0, mostSentences)
        .map((one) => html`<li class="${one.judgement}">${mark(one)} ${differenceSentence(one)}.</li> `)}
    </ul>
    ${more > 0 ? html`<p class="note">And ${more} more in the table of all figures.</p>` : ''}`;
}

function mark({ judgement }: Difference): Markup | '' {
  if (judgement === 'better') return html`<span class="held yes">✓ better:</span>`;
  if (judgement === 'worse') return html`<span class="held no">✗ worse:</span>`;
  return '';
}

function lanes(comparison: Comparison): Markup {
  return section(
    'lanes',
    'One clock',
    html`<p class="says">
        Both sides laid over each other from the start of traffic: the median of the runs in each second and,
        where there are several, the middle half of them. Dotted lines are faults.
      </p>
      ${key(comparison)}
      <div class="drawings">${laneNames.map((name) => laneFigure(name, comparison))}</div>`,
  );
}

function key({ a, b }: Comparison): Markup {
  const sign = (side: string): Markup =>
    html`<svg viewBox="0 0 24 14" width="24" height="14" aria-hidden="true">
      <line class="${side}" x1="0" x2="24" y1="7" y2="7" />
    </svg>`;
  return html`<ul class="key" aria-label="Key">
    <li>${sign('before')}A: ${a.label}</li>
    <li>${sign('after')}B: ${b.label}</li>
  </ul>`;
}

function measures(comparison: Comparison): Markup {
  const varied = comparison.differences.filter(
    ({ a, b, judgement }) => a !== null && b !== null && judgement !== 'same',
  );
  return section(
    'measures',
    'Measures',
    varied.length === 0
      ? html`<p class="empty">No measure differed between any two runs.</p>`
      : html`${key(comparison)}
          <div class="drawings">${inOrder(varied).map((one) => differenceFigure(one, comparison))}</div>`,
  );
}

function figures({ differences }: Comparison): Markup {
  const numeric = (head: Content) => ({ head, numeric: true });
  return section(
    'table',
    'All figures',
    table({
      caption: 'Medians of the runs that are used, B less A, and how probable such a difference is by chance',
      columns: [
        { head: 'Measure', wide: true },
        numeric('A'),
        numeric('B'),
        numeric('Difference'),
        numeric('95 % interval'),
        numeric('p'),
        numeric('p, for all tests'),
        { head: 'In words', wide: true },
      ],
      rows: byWeight(differences).map((one) => [
        html`${titleOf(one)}<span class="aside"><code>${one.name}</code></span>`,
        orDash(one.a?.median ?? null, (value) => valueText(value, one.unit), 'not known'),
        orDash(one.b?.median ?? null, (value) => valueText(value, one.unit), 'not known'),
        orDash(one.difference, (value) => signed(value, one.unit), 'not known'),
        one.interval === null ? orDash(null, String, 'too few runs') : signedInterval(one).trim(),
        orDash(one.p, pText, 'too few runs'),
        orDash(one.adjustedP, pText, 'not tested'),
        html`${mark(one)} ${differenceSentence(one)}`,
      ]),
      empty: 'The two have no measure in common.',
    }),
  );
}

function unlike({ unlike: rows }: Comparison): Markup {
  return section(
    'unlike',
    'What else differs',
    html`<p class="says">Whatever differs here may be the reason for a difference above.</p>
      ${table({
        caption: 'Circumstances that are not the same',
        columns: [{ head: 'What' }, { head: 'A', wide: true }, { head: 'B', wide: true }],
        rows: rows.map(([what, inA, inB]) => [what, inA, inB]),
        empty: 'Nothing that was recorded: machine, versions, timings, load and faults are the same.',
      })}`,
  );
}

function method(): Markup {
  return section(
    'method',
    'Method',
    html`<ul class="says">
      <li>
        Runs count that ran to their end, whose faults landed and whose figures can be trusted. Where these
        are the lesser half of a side, all that ran to their end are used, and nothing that follows from them
        can be trusted either.
      </li>
      <li>
        A difference is that of the medians, B less A; its interval is the percentile bootstrap’s, which draws
        anew from both sides. With fewer than six runs on a side there is none.
      </li>
      <li>
        p is the probability that dividing all runs by chance would put their ranks at least this far apart
        (permutation test of rank sums, exact up to a hundred runs). Many measures are looked at, so p is
        adjusted for their number (Benjamini and Hochberg): if nothing differs at all, the probability that
        anything is called a difference is at most ${significance * 100} %.
      </li>
      <li>
        A difference is called one when its adjusted p is at most ${significance} and its interval leaves out
        0. Where none is shown there may still be one that is too small for so few runs.
      </li>
      <li>A measure that is not known in some run is not judged: that run may have been the worst.</li>
    </ul>`,
  );
}
