import type { Departure, Findings, SentAfter } from '../../../analysis/index.ts';
import { count, duration, instant } from '../format.ts';
import { dash, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortName, shortNames } from '../names.ts';
import { faultName } from './fault-name.ts';
import { statements } from './statements.ts';

/** How traffic left the pods that went, and found those that came. */
export function reroutingSection(findings: Findings): Markup {
  const { departures, arrivals, says } = findings.rerouting;
  const names = shortNames(findings);
  return section(
    'rerouting-of-traffic',
    'Rerouting',
    html`${statements(says, names)}
      ${table({
        caption: html`Requests to pods that went (${term('rerouting', 'rerouting')})`,
        columns: [
          { head: 'Pod' },
          { head: 'Why' },
          { head: 'SIGTERM', numeric: true },
          { head: 'Sent after', numeric: true },
          { head: 'Out of the slices', numeric: true },
          { head: 'Sent after', numeric: true },
          { head: 'Gone', numeric: true },
          { head: 'Sent after', numeric: true },
        ],
        rows: departures.map((departure) => [
          shortName(names, departure.pod),
          why(departure, findings.faults),
          orDash(departure.sigtermMs, instant, 'not told to end'),
          sent(departure.afterSigterm),
          orDash(departure.outOfRotationMs, instant, 'never left'),
          sent(departure.afterOutOfRotation),
          orDash(departure.diedMs, instant, 'not seen gone'),
          sent(departure.afterDeath),
        ]),
        empty: 'No pod went while traffic ran.',
      })}
      <p class="note">
        Counted are requests that the pod answered, and those that failed on a connection on which it had
        answered before. New connections to a dead pod name no pod: they are told with the fault.
      </p>
      ${table({
        screenOnly: true,
        caption: html`From Ready to the first request, of pods that came (${term('rerouting', 'rerouting')})`,
        columns: [
          { head: 'Pod' },
          { head: term('ready', 'Ready'), numeric: true },
          { head: 'Into rotation', numeric: true },
          { head: 'First request', numeric: true },
        ],
        rows: arrivals.map(({ pod, readyMs, inRotationMs, firstServedMs }) => [
          shortName(names, pod),
          instant(readyMs),
          later(inRotationMs - readyMs),
          orDash(firstServedMs, (ms) => later(ms - inRotationMs), 'served nothing'),
        ]),
        empty: 'No pod came into rotation while traffic ran.',
      })}`,
  );
}

function why({ faultId }: Departure, faults: Findings['faults']): Content {
  const fault = faults.find(({ id }) => id === faultId);
  return fault === undefined ? 'taken away' : faultName(faults, fault.id);
}

function sent(after: SentAfter | null): Content {
  if (after === null) return dash('does not apply');
  const { answered, failed, reused, estimated } = after;
  if (answered + failed === 0) return '0';
  const parts = [
    failed > 0 && `${count(failed)} failed`,
    reused !== null && `${count(reused)} on kept connections`,
  ];
  return html`${estimated ? '≈ ' : ''}${count(answered + failed)}<span class="aside"
      >${parts.filter((part) => part !== false).join(', ')}</span
    >`;
}

function later(ms: number): string {
  return `+${duration(Math.max(0, ms))}`;
}
