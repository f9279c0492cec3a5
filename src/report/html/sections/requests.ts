import type { Findings, LatencySummary } from '../../../analysis/index.ts';
import { outcomes } from '../../../journal/index.ts';
import { count, duration, percent } from '../format.ts';
import { dash, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortName, shortNames } from '../names.ts';
import { outcomeNames, sessionsInWords } from '../sentences.ts';
import { balanceTable } from './balance.ts';

/** Where every request ended, what the pods counted, and how long answers took. */
export function requestsSection(findings: Findings): Markup {
  return section(
    'requests',
    'Requests',
    html`<p class="says">${modelSentences(findings)}</p>
      <div class="columns">
        <div>
          <h3>Every request has one outcome</h3>
          ${outcomesTable(findings)}
        </div>
        <div>
          <h3>How long answers took</h3>
          ${latencyTable(findings)}
        </div>
      </div>
      ${
        findings.checks.length === 0
          ? ''
          : html`<h3>What answers were checked for</h3>
              ${checksTable(findings)}`
      }
      ${
        findings.balance === null
          ? ''
          : html`<h3>How evenly pods were asked</h3>
              ${balanceTable(findings, findings.balance)}`
      }
      <h3>What pods counted</h3>
      ${accountingTable(findings)}`,
  );
}

function outcomesTable({ requests, statuses }: Findings): Content {
  if (requests.scheduled === 0) return html`<p class="empty">No request was scheduled.</p>`;
  const answered = Object.entries(statuses).sort(([a], [b]) => Number(a) - Number(b));
  return html`${table({
      caption: html`${term('outcome', 'Outcomes')} of all scheduled requests`,
      columns: [{ head: 'Outcome' }, { head: 'Requests', numeric: true }, { head: 'Share', numeric: true }],
      rows: outcomes.map((outcome) => [
        html`<span class="swatch ${outcome}"></span>${outcomeNames[outcome]}`,
        count(requests[outcome]),
        percent(requests[outcome] / requests.scheduled),
      ]),
      foot: ['scheduled', count(requests.scheduled), ''],
      empty: '',
    })}
    <p class="note">
      ${
        requests.conserved
          ? html`The outcomes sum to the scheduled requests: ${term('conserved', 'none is missing')}.`
          : html`<strong>The outcomes do not sum to the scheduled requests</strong>
              (${term('conserved', 'conservation')} is broken).`
      }${answered.length === 0 ? '' : html` Answers by HTTP status: ${answered.map(([status, number], index) => html`${index > 0 ? ', ' : ''}${status}: ${count(number)}`)}.`}${answered.some(([status]) => status.startsWith('3')) ? ' Redirects are not followed: each counts as the answer that it is.' : ''}
    </p>`;
}

/** How the requests came about, and what that means for the figures. */
function modelSentences({ model, requests }: Findings): string {
  const { kind, think, session } = model;
  const steps = session === null ? '' : session.steps.join(' → ');
  const ended = session === null ? '' : ` ${sessionsInWords(model)}.`;
  if (kind === 'closed') {
    const pause =
      think === null || think.toMs === 0
        ? 'at once'
        : think.fromMs === think.toMs
          ? `after ${duration(think.fromMs)}`
          : `after ${duration(think.fromMs)} to ${duration(think.toMs)}`;
    const what = session === null ? 'a request' : `a session (${steps})`;
    return (
      `Closed model: a fixed number of users, each of whom makes ${what} and acts again ${pause} when answered. The load ` +
      `falls when the service slows, so these ${count(requests.scheduled)} requests are what users got round to, and response times leave ` +
      `out what they did not.${ended}`
    );
  }
  if (session !== null) {
    return (
      `Open model: sessions (${steps}) begin on schedule, whether or not earlier ones were answered; within a session each ` +
      `step follows from the answer before.${ended}`
    );
  }
  return 'Open model: requests arrive on schedule, whether or not earlier ones were answered, as customers do.';
}

function checksTable({ checks }: Findings): Markup {
  return html`${table({
      caption: html`${term('check', 'Checks')} and the answers that failed them`,
      columns: [{ head: 'Request and rule' }, { head: 'Failed', numeric: true }],
      rows: checks.map(({ check, failed }) => [html`<span class="name">${check}</span>`, count(failed)]),
      empty: '',
    })}
    <p class="note">
      An answer that fails a check counts as HTTP error, whatever its status. It may fail several.
    </p>`;
}

function latencyTable({ latencyMs }: Findings): Markup {
  const row = (name: Content, summary: LatencySummary): Content[] => [
    name,
    ...(['p50', 'p90', 'p99', 'max'] as const).map((key) =>
      orDash(summary[key], duration, 'nothing answered'),
    ),
  ];
  return html`${table({
      caption: html`${term('percentile', 'Percentiles')} over the whole run`,
      columns: [{ head: 'Time' }, ...['p50', 'p90', 'p99', 'max'].map((head) => ({ head, numeric: true }))],
      rows: [
        row(term('service-time', 'Service time'), latencyMs.service),
        row(term('response-time', 'Response time'), latencyMs.response),
      ],
      empty: '',
    })}
    <p class="note">
      Service time is what the service took once a request was sent. Response time is what a customer waited
      from the instant the request was due, queueing included. Where the two part, requests could not be sent
      on time.
    </p>`;
}

function accountingTable(findings: Findings): Markup {
  const { accounting } = findings;
  const names = shortNames(findings);
  const total = (pick: (row: Findings['accounting'][number]) => number | null): number =>
    accounting.reduce((sum, row) => sum + (pick(row) ?? 0), 0);
  return html`<p class="says">
      What clients saw answered by each pod, beside ${term('accounting', 'what the pod itself counted')}. A
      pod may have counted more, because answers were lost on the way; fewer would mean that something was
      counted wrongly.
    </p>
    ${table({
      screenOnly: true,
      caption: 'Answers by pod, as clients and pods counted them',
      columns: [
        { head: 'Pod' },
        { head: term('served', 'Answers seen by clients'), numeric: true },
        { head: 'Counted by the pod', numeric: true },
        { head: 'Difference', numeric: true },
      ],
      rows: accounting.map(({ pod, client, podCount }) => [
        shortName(names, pod),
        count(client),
        podCount === null ? dash('gone before it could be asked') : count(podCount),
        podCount === null ? dash('not known') : difference(podCount - client),
      ]),
      foot: [
        'all',
        count(total((row) => row.client)),
        accounting.some((row) => row.podCount === null)
          ? dash('some pods could not be asked')
          : count(total((row) => row.podCount)),
        '',
      ],
      empty: 'No answer carried a pod’s name.',
    })}`;
}

function difference(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${count(Math.abs(value))}`;
}
