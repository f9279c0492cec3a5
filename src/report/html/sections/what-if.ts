import type { Findings } from '../../../analysis/index.ts';
import { count } from '../format.ts';
import { html, section, table, term, type Markup } from '../markup.ts';
import { shortNames } from '../names.ts';
import { statements } from './statements.ts';

/** The run on paper with other settings of the autoscaler. */
export function whatIfSection(findings: Findings): Markup {
  const { whatIf } = findings;
  if (whatIf === null) {
    return section(
      'what-if',
      'What if?',
      html`<p class="empty">
        This run cannot be replayed on paper: ${findings.autoscaler.problem ?? whyNot(findings)}
      </p>`,
    );
  }
  if (whatIf.model.unfit !== null) {
    return section(
      'what-if',
      'What if? This run cannot be replayed on paper',
      statements(whatIf.says, shortNames(findings)),
    );
  }
  const signed = (value: number, digits = 0): string =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${digits === 0 ? count(Math.abs(value)) : Math.abs(value).toFixed(digits)}`;
  return section(
    'what-if',
    'What if? Computed, not measured',
    html`${statements(whatIf.says.slice(0, 1), shortNames(findings))}
    ${table({
      caption: html`${term('what-if-replay', 'Replayed')} with one thing changed; differences are to the
      replay of the run as it was`,
      columns: [
        { head: 'With', wide: true },
        { head: 'Pods on average', numeric: true },
        { head: 'Pod-seconds', numeric: true },
        { head: 'Most pods', numeric: true },
        { head: 'Lost or slow requests', numeric: true },
        { head: 'Seconds beyond experience', numeric: true },
      ],
      rows: whatIf.variants.map((variant) => [
        variant.change,
        signed(variant.morePods, 1),
        signed(Math.round(variant.morePodSeconds)),
        count(variant.maxPods),
        signed(-variant.fewerBadRequests),
        count(variant.secondsBeyondExperience),
      ]),
      empty: 'Nothing else could be tried.',
    })}`,
  );
}

function whyNot({ autoscaler: { syncs } }: Findings): string {
  return syncs.some(
    ({ unit, basis, metric, others }) =>
      unit === 'percent' && basis !== 'none' && metric === 'cpu' && others.length === 0,
  )
    ? 'too little was measured.'
    : 'only an autoscaler whose one metric is the utilization of CPU can be.';
}
