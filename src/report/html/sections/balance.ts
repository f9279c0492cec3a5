import type { Findings } from '../../../analysis/index.ts';
import { count, decimal } from '../format.ts';
import { html, orDash, table, term, type Markup } from '../markup.ts';
import { shortName, shortNames } from '../names.ts';

/** Each pod's share of requests beside its share of connections, with the policy that connections were under. */
export function balanceTable(findings: Findings, { pods, says }: NonNullable<Findings['balance']>): Markup {
  const names = shortNames(findings);
  const share = (ratio: number): string => `${decimal(ratio, 2)}×`;
  const { connectionPolicy } = findings;
  return html`<p class="says">
      ${says === null ? 'Pods in rotation at the same time got about the same number of requests.' : names.inText(says)}
    </p>
    ${table({
      screenOnly: true,
      caption: html`Shares of pods while they were in rotation with others (${term('balance', 'balance')},
      ${term('connections-per-pod', 'connections per pod')})`,
      columns: [
        { head: 'Pod' },
        { head: 'Requests', numeric: true },
        { head: 'Fair share', numeric: true },
        { head: 'Requests ÷ fair', numeric: true },
        { head: 'Connections ÷ fair', numeric: true },
      ],
      rows: pods.map(({ pod, served, fair, requests, connections }) => [
        shortName(names, pod),
        count(served),
        count(Math.round(fair)),
        share(requests),
        orDash(connections, share, 'none open at the seconds’ ends'),
      ]),
      empty: '',
    })}
    ${connectionPolicy === null ? '' : html`<p class="note">Connections: ${connectionPolicy}.</p>`}`;
}
