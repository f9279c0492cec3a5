import type { Findings } from '../analysis/index.ts';
import { outcomes } from '../journal/index.ts';
import { formatCount, formatDuration, formatInstant, formatPercent, formatPlural } from '../support/index.ts';
import { highlights } from './html/highlights.ts';
import { faultCode } from './html/marks.ts';
import { wallTime } from './html/page.ts';
import { failuresInWords, sessionsInWords } from './html/sentences.ts';
import { verdictWords } from './html/verdict-words.ts';

const signs: Record<Findings['verdict'], string> = {
  passed: '✅',
  failed: '❌',
  untrusted: '⚠️',
  interrupted: '⚠️',
  error: '❌',
};

/**
 * The report in short as GitHub-flavoured Markdown, to be pasted into a pull request: verdict, findings that matter,
 * expectations, figures, faults, scaling and what speaks against the figures.
 */
export function renderMarkdown(findings: Findings): string {
  const { run, cluster, verdict, verdictSentence, distrust, notes } = findings;
  const where =
    cluster === null ? 'no cluster' : `${cluster.provider} cluster, Kubernetes ${cluster.kubernetesVersion}`;
  const parts = [
    `## ${signs[verdict]} ${text(run.scenario.title || run.scenario.name)}: ${verdictWords[verdict].word.toLowerCase()}`,
    text(verdictSentence),
    bullets(highlights(findings).map((found) => `**${text(found.title)}**: ${text(found.text)}`)),
    expectations(findings),
    figures(findings),
    faults(findings),
    scaling(findings),
    distrust.length === 0 ? '' : `### Why to doubt these figures\n\n${bullets(distrust.map(text))}`,
    notes.length === 0 ? '' : `### Notes\n\n${bullets(notes.map(text))}`,
    `<sub>${text(run.scenario.name)} · ${text(wallTime(run.originWall))} · ${formatDuration(findings.durationMs)} · ${text(where)} · seed ${run.seed} · openbell ${text(run.openbellVersion)}</sub>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function expectations({ expectations: results, plan }: Findings): string {
  const overTrials = plan?.trialExpectations ?? [];
  return table(
    ['', 'Expectation', 'Observed'],
    [
      ...results.map(({ rule, observedText, held, problem }) => [
        held ? '✅' : '❌',
        code(rule),
        text(problem ?? (observedText === '' ? '–' : observedText)),
      ]),
      ...overTrials.map((rule) => ['–', code(rule), 'judged over trials']),
    ],
  );
}

function figures(findings: Findings): string {
  const { requests, availability, latencyMs, firstAnswerMs, model, generator } = findings;
  const { threads } = generator;
  const sessions = sessionsInWords(model);
  if (requests.scheduled === 0) return '';
  const others = outcomes.some((outcome) => outcome !== 'ok' && requests[outcome] > 0)
    ? `; ${failuresInWords(requests)}`
    : '';
  const { p50, p99, max } = latencyMs.response;
  return table(
    ['Figure', 'Value'],
    [
      ['Requests', `${formatCount(requests.scheduled)} scheduled, ${formatCount(requests.ok)} ok${others}`],
      ...(sessions === null ? [] : [['Sessions', sessions]]),
      ['Availability', formatPercent(availability)],
      ['Response time', `p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)}, max ${formatDuration(max)}`],
      ['First answer', formatDuration(firstAnswerMs)],
      [
        'Traffic',
        text(
          `${model.kind} model${threads === null ? '' : `; ${formatPlural(threads.count, 'sending thread')}: ${threads.reason}`}`,
        ),
      ],
    ],
  );
}

function faults({ faults: all }: Findings): string {
  return table(
    ['Fault', 'What', 'At', 'Reaction', 'Repair', 'Recovery', 'Outage', 'Lost'],
    all.map((fault, index) => [
      `${faultCode(index)} ${code(fault.id)}`,
      text(`${fault.type} ${fault.target}`),
      formatInstant(fault.injectedMs),
      ...(fault.landedMs === null
        ? ['did not land', '–', '–', '–']
        : [fault.reactionMs, fault.repairMs, fault.recoveryMs, fault.outageMs].map(formatDuration)),
      formatCount(fault.lost),
    ]),
  );
}

function scaling({ scaling: decisions }: Findings): string {
  if (decisions.length === 0) return '';
  const steps = decisions.map(
    ({ atMs, from, to, reason }) =>
      `${formatInstant(atMs)} ${from} → ${to}${reason === '' ? '' : `: ${text(reason)}`}`,
  );
  return `<details><summary>${formatPlural(decisions.length, 'scaling decision')}</summary>\n\n${bullets(steps)}\n</details>`;
}

/** A table, or nothing without rows; cells are Markdown already. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Text from outside as Markdown that shows it word for word, on one line: no markup, no HTML, no mention, no link. */
function text(value: string): string {
  return value
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]#|~]/g, '\\$&')
    .replaceAll('@', '&#64;')
    .replaceAll(/:(?=\/\/)/g, '&#58;');
}

/** Code that no back tick of its own ends; a table's bars are escaped even there. */
function code(value: string): string {
  const plain = value.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`;
}
