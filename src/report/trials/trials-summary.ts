import { styleText } from 'node:util';
import type { MeasureFinding, TrialFindings } from '../../analysis/index.ts';
import { plain, paragraph, table } from '../text.ts';
import { intervalText, valueText } from './axis.ts';
import { titleOf } from './words.ts';

/** How the summary is set. */
export interface TrialsSummaryOptions {
  color: boolean;
  reportPath: string;
  /** Columns of the terminal. */
  width: number;
}

const signs = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  untrusted: ['!', 'yellow'],
  interrupted: ['!', 'yellow'],
  error: ['✗', 'red'],
} as const;

/** So many measures fit on a screen; the page has all. */
const mostMeasures = 14;

/** The end of the trials on a terminal: at most 25 lines. */
export function trialsSummaryOf(
  findings: TrialFindings,
  { color, reportPath, width }: TrialsSummaryOptions,
): string {
  const columns = Math.max(40, width);
  const [sign, style] = signs[findings.verdict];
  const [first = '', ...rest] = paragraph(
    `${findings.scenario.name}. ${findings.verdictSentence}`,
    columns - 2,
    4,
  );
  const head = `${sign} ${first}`;
  const rules = findings.expectations
    .slice(0, 4)
    .map(({ rule, held, observedText, problem }) => [held ? '✓' : '✗', rule, problem ?? observedText]);
  return [
    color ? styleText(['bold', style], head, { validateStream: false }) : head,
    ...rest.map((line) => `  ${line}`),
    '',
    ...measures(findings, columns),
    ...(rules.length === 0 ? [] : table(rules, { columns, elastic: 2, right: [] })),
    `report    ${plain(reportPath)}`,
  ]
    .map((line) => line.replaceAll('\u00a0', ' ').trimEnd())
    .join('\n');
}

function measures({ measures: all }: TrialFindings, columns: number): string[] {
  const known = all.filter(({ summary }) => summary !== null);
  const shown = known.toSorted((one, other) => rank(one) - rank(other)).slice(0, mostMeasures);
  if (shown.length === 0) return [];
  const rows = shown.map((finding) => {
    const { summary, unit } = finding;
    if (summary === null) return [];
    const { median, interval, min, max, n } = summary;
    return [
      titleOf(finding),
      valueText(median, unit),
      interval === null ? '–' : intervalText(interval, unit),
      `${valueText(min, unit)} … ${valueText(max, unit)}`,
      String(n),
    ];
  });
  const header = ['measure', 'median', '95 % interval', 'least … greatest', 'n'];
  return [...table([header, ...rows], { columns, elastic: 0, right: [1, 2, 3, 4] }), ''];
}

/** What people repeat runs for comes first. */
function rank({ name, summary }: MeasureFinding): number {
  const order = [
    /^fault\..*\.outage$/,
    /^availability$/,
    /^response\.p99$/,
    /^fault\..*\.lost$/,
    /^fault\..*\.repair$/,
    /^fault\..*\.recovery$/,
    /^fault\..*\.reaction$/,
  ];
  const place = order.findIndex((pattern) => pattern.test(name));
  const varies = summary !== null && summary.min !== summary.max;
  return (place === -1 ? order.length : place) + (varies || place !== -1 ? 0 : 1);
}
