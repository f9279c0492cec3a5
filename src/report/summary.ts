import { styleText } from 'node:util';
import type { ExpectationResult, FaultFinding, Findings, ReplicaPoint } from '../analysis/index.ts';
import { outcomes } from '../journal/index.ts';
import { formatCount, formatDuration, formatPercent, formatPlural } from '../support/index.ts';
import { sessionsInWords } from './html/sentences.ts';
import { paragraph, plain, table, together } from './text.ts';

/** How the summary is set. */
export interface SummaryOptions {
  color: boolean;
  /** Where the report lies; left out when it was not written. */
  reportPath: string | null;
  /** Columns of the terminal; 80 when left out. */
  width?: number;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

/** A line and how it is painted; painting comes last, so that it never counts as width. */
interface Line {
  text: string;
  paint?: (text: string) => string;
}

/** The summary never has more lines. */
const mostLines = 25;

/** The end of a run on a terminal: at most 25 lines, which say what a person wants to know first. */
export function summaryOf(findings: Findings, { color, reportPath, width = 80 }: SummaryOptions): string {
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
  const columns = Math.max(40, width);
  const head = verdict(findings, columns, paint);
  const runs = figures(findings, columns, paint);
  const tail: Line[] = [
    ...warnings(findings, columns, paint),
    ...(reportPath === null ? [] : [{ text: `${label('report')}${plain(reportPath)}` }]),
  ];
  const left = mostLines - head.length - runs.length - tail.length;
  const rules = findings.expectations.length;
  const forRules =
    rules === 0 ? 0 : Math.max(2, Math.min(rules, left - Math.min(4, findings.faults.length + 1)));
  const faults = faultTable(findings.faults, columns, left - forRules, paint);
  const overTrials = openRules(findings, columns);
  const expectations = [
    ...expectationList(findings.expectations, columns, left - faults.length - overTrials.length, paint),
    ...overTrials,
  ];
  const lines = spaced([head, runs, faults, expectations, tail]);
  return lines.map(({ text, paint: painted }) => (painted ? painted(text) : text).trimEnd()).join('\n');
}

/** Sections with empty lines between them, as far as there is room. */
function spaced(sections: readonly Line[][]): Line[] {
  const filled = sections.filter((section) => section.length > 0);
  let room = mostLines - filled.reduce((sum, section) => sum + section.length, 0);
  return filled.flatMap((section, index) => (index > 0 && room-- > 0 ? [{ text: '' }, ...section] : section));
}

const labelWidth = 10;

function label(name: string): string {
  return name.padEnd(labelWidth);
}

const verdictStyles = {
  passed: ['✓', 'green', 'passed'],
  failed: ['✗', 'red', 'failed'],
  untrusted: ['!', 'yellow', 'cannot be trusted'],
  interrupted: ['!', 'yellow', 'was interrupted'],
  error: ['✗', 'red', 'did not complete'],
} as const;

function verdict({ run, verdict: name, verdictSentence }: Findings, columns: number, paint: Paint): Line[] {
  const [sign, style, words] = verdictStyles[name];
  const [first = '', ...rest] = paragraph(
    `${run.scenario.name} ${words}. ${verdictSentence}`,
    columns - 2,
    4,
  );
  return [
    { text: `${sign} ${first}`, paint: (text) => paint(['bold', style], text) },
    ...rest.map((text) => ({ text: `  ${text}` })),
  ];
}

function figures(findings: Findings, columns: number, paint: Paint): Line[] {
  const rows: [string, string][] = [['requests', requests(findings)]];
  const sessions = sessionsInWords(findings.model);
  if (sessions !== null) rows.push(['sessions', plain(sessions)]);
  if (findings.model.kind === 'closed')
    rows.push(['model', 'closed: users ask less when the service slows, and lose less']);
  const { response, service } = findings.latencyMs;
  if (response.p50 !== null) {
    const quantiles = ({ p50, p99 }: typeof response): string =>
      `p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)}`;
    rows.push(['latency', `response ${quantiles(response)}; service ${quantiles(service)}`]);
  }
  const pods = podCounts(findings);
  if (pods !== null) rows.push(['pods', pods]);
  const differs = notFollowed(findings);
  if (differs !== null) rows.push(['cluster', plain(differs)]);
  return rows.flatMap(([name, value]) =>
    paragraph(value, columns - labelWidth, 2).map((text, index) => ({
      text: label(index === 0 ? name : '') + text,
      paint: (line: string) => paint('dim', line.slice(0, labelWidth)) + line.slice(labelWidth),
    })),
  );
}

function requests({ requests: counts, availability }: Findings): string {
  if (counts.scheduled === 0) return 'none were scheduled';
  const others = outcomes
    .filter((outcome) => outcome !== 'ok' && counts[outcome] > 0)
    .map((outcome) => together(`${formatCount(counts[outcome])} ${outcome.replace('_', ' ')}`));
  const ok = together(`${formatCount(counts.ok)} ok (${formatPercent(availability)})`);
  return `${formatCount(counts.scheduled)} scheduled: ${[ok, ...others].join(', ')}`;
}

/** What the cluster could not follow, by name where it is a timer; the report says for each what was asked and what is in force. */
function notFollowed({ cluster }: Findings): string | null {
  if (cluster === null || cluster.notFollowed.length === 0) return null;
  const names = cluster.notFollowed.map((sentence) => /^(\w+): /.exec(sentence)?.[1] ?? sentence);
  return `not as the scenario asks (see Environment): ${names.join(', ')}`;
}

/** Ready pods while traffic ran: the fewest and the most. */
function podCounts({ replicas, trafficStartMs, trafficEndMs, scaling }: Findings): string | null {
  const from = trafficStartMs ?? 0;
  const until = trafficEndMs ?? Infinity;
  const during = replicas.filter((point: ReplicaPoint, index) => {
    const endMs = replicas[index + 1]?.t ?? Infinity;
    return point.t <= until && endMs > from;
  });
  if (during.length === 0) return null;
  const ready = during.map((point) => point.ready);
  const range = `${Math.min(...ready)} → ${Math.max(...ready)} ready`;
  return scaling.length === 0 ? range : `${range}, ${formatPlural(scaling.length, 'scaling decision')}`;
}

function faultTable(faults: readonly FaultFinding[], columns: number, room: number, paint: Paint): Line[] {
  if (faults.length === 0 || room < 2) return [];
  const shown = faults.length + 1 <= room ? faults : faults.slice(0, Math.max(0, room - 2));
  const header = ['fault', 'target', 'reaction', 'repair', 'recovery', 'outage', 'lost'];
  const rows = shown.map((fault) =>
    fault.landedMs === null
      ? [fault.id, fault.target, 'did not land', '', '', '', '']
      : [
          fault.id,
          fault.target,
          formatDuration(fault.reactionMs),
          formatDuration(fault.repairMs),
          formatDuration(fault.recoveryMs),
          formatDuration(fault.outageMs),
          formatCount(fault.lost),
        ],
  );
  const [top = '', ...lines] = table([header, ...rows], { columns, elastic: 1, right: [2, 3, 4, 5, 6] });
  const more = faults.length - shown.length;
  return [
    { text: top, paint: (text) => paint('dim', text) },
    ...lines.map((text) => ({ text })),
    ...(more > 0 ? [{ text: `  and ${formatPlural(more, 'more fault')} in the report` }] : []),
  ];
}

function expectationList(
  expectations: readonly ExpectationResult[],
  columns: number,
  room: number,
  paint: Paint,
): Line[] {
  // When there is not room for all, those that failed come first.
  const fits = expectations.length <= room;
  const ordered = fits ? expectations : [...expectations].sort((a, b) => Number(a.held) - Number(b.held));
  const shown = fits ? ordered : ordered.slice(0, Math.max(0, room - 1));
  const lines = table(
    shown.map(({ rule, observedText, problem, held }) => [held ? '✓' : '✗', rule, problem ?? observedText]),
    { columns, elastic: 2, right: [] },
  ).map((text, index): Line => {
    const style = shown[index]?.held ? 'green' : 'red';
    return { text, paint: (line) => paint(style, line.slice(0, 1)) + line.slice(1) };
  });
  const rest = ordered.slice(shown.length);
  if (rest.length === 0) return lines;
  const failed = rest.filter(({ held }) => !held).length;
  const which = failed > 0 ? `, ${failed} of which did not hold` : ' that held';
  return [...lines, { text: `  and ${formatPlural(rest.length, 'more expectation')}${which}` }];
}

/** Rules on statistics, which a single run cannot answer. */
function openRules({ plan }: Findings, columns: number): Line[] {
  const rules = plan?.trialExpectations ?? [];
  if (rules.length === 0) return [];
  return paragraph(`judged over trials: ${rules.join('; ')}`, columns - 3, 2).map((text, index) => ({
    text: `${index === 0 ? '–' : ' '}  ${text}`,
  }));
}

function warnings({ distrust, notes, verdict: name }: Findings, columns: number, paint: Paint): Line[] {
  const reasons = [...(name === 'untrusted' ? distrust.slice(1) : distrust), ...notes];
  const shown = reasons.length <= 2 ? reasons : reasons.slice(0, 2);
  const lines = shown.flatMap((text) =>
    paragraph(text, columns - 2, 2).map((line, index): Line => ({
      text: `${index === 0 ? '!' : ' '} ${line}`,
      paint: (set) => paint('yellow', set.slice(0, 1)) + set.slice(1),
    })),
  );
  if (shown.length < reasons.length) {
    lines.push({ text: `  and ${formatPlural(reasons.length - shown.length, 'more remark')} in the report` });
  }
  return lines;
}
