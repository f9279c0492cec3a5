import { styleText } from 'node:util';
import { pText, type Comparison } from '../../analysis/index.ts';
import { paragraph, plain, table } from '../text.ts';
import { valueText } from '../trials/axis.ts';
import { titleOf } from '../trials/words.ts';
import { answerInWords, byWeight, differenceSentence, signed, signedInterval } from './words.ts';

/** How the summary is set. */
export interface ComparisonSummaryOptions {
  color: boolean;
  reportPath: string;
  /** Columns of the terminal. */
  width: number;
}

const signs = { passed: ['✓', 'green'], failed: ['✗', 'red'], untrusted: ['!', 'yellow'] } as const;
const mostSentences = 6;
const mostGates = 3;
/** Rows and limits share their room, so that all fits on 25 lines. */
const mostRows = 7;

/** A comparison on a terminal: at most 25 lines. */
export function comparisonSummaryOf(
  comparison: Comparison,
  { color, reportPath, width }: ComparisonSummaryOptions,
): string {
  const { a, b, differences, verdict, verdictSentence, unlike } = comparison;
  const columns = Math.max(40, width);
  const [sign, style] = signs[verdict];
  const [first = '', ...rest] = paragraph(verdictSentence, columns - 2, 5);
  const head = `${sign} ${first}`;
  const answer = answerInWords(comparison).flatMap((text) => paragraph(text, columns, 3));
  const ordered = byWeight(differences);
  const told = ordered.filter(({ judgement }) => ['better', 'worse', 'other'].includes(judgement));
  // The answer has said what matters most.
  const sentences = (answer.length === 0 ? told : []).slice(0, mostSentences).map((one) => {
    const mark = { better: '✓', worse: '✗' }[one.judgement as 'better'] ?? '·';
    return paragraph(`${mark} ${differenceSentence(one)}`, columns, 1)[0] ?? '';
  });
  const gates = comparison.gates
    .toSorted((one, other) => Number(one.held) - Number(other.held))
    .slice(0, mostGates)
    .map(
      ({ rule, held, reason }) => paragraph(`${held ? '✓' : '✗'} ${rule}: ${reason}`, columns, 1)[0] ?? '',
    );
  const rows = ordered
    .filter(({ judgement }) => judgement !== 'same' && judgement !== 'unknown')
    .slice(0, mostRows - gates.length)
    .map((one) => [
      titleOf(one),
      one.a === null ? '–' : valueText(one.a.median, one.unit),
      one.b === null ? '–' : valueText(one.b.median, one.unit),
      one.difference === null ? '–' : `${signed(one.difference, one.unit)}${signedInterval(one)}`,
      one.p === null ? '–' : pText(one.p),
    ]);
  const circumstances = unlike.map(([what]) => what).join(', ');
  return [
    color ? styleText(['bold', style], head, { validateStream: false }) : head,
    ...rest.map((line) => `  ${line}`),
    `A ${plain(a.label)}, B ${plain(b.label)}`,
    ...gates,
    ...(answer.length === 0 ? [] : ['', ...answer]),
    ...(sentences.length === 0 ? [] : ['', ...sentences]),
    ...(rows.length === 0
      ? []
      : [
          '',
          ...table([['measure', 'A', 'B', 'B − A', 'p'], ...rows], {
            columns,
            elastic: 0,
            right: [1, 2, 3, 4],
          }),
        ]),
    ...(unlike.length === 0 ? [] : paragraph(`! besides, they differ in: ${circumstances}`, columns, 2)),
    `report    ${plain(reportPath)}`,
  ]
    .map((line) => line.replaceAll('\u00a0', ' ').trimEnd())
    .join('\n');
}
