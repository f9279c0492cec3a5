import type { Peer, Told } from './peers.ts';

/** How many requests the two accounts contradict each other on, and how many were answered in time and read too late. */
export type Compared = { violations: number; late: number } | null;

/** One generator under one fault. */
export type Line =
  | { fault: string; peer: string; cannot: string }
  | {
      fault: string;
      peer: string;
      said: Omit<Told, 'end'>;
      truth: { received: number; ok: number; p50Ms: number };
      /** Of the generator that keeps a ledger: requests of which it and the target say different things. */
      contradictions: Compared;
      peakMb: number;
      cpuSeconds: number;
    };

type Played = Extract<Line, { said: unknown }>;

/** The page `docs/traffic-accuracy.md`. */
export function page({
  lines,
  peers,
  missing,
  asked,
  machine,
}: {
  lines: readonly Line[];
  peers: readonly Pick<Peer, 'name' | 'version'>[];
  missing: readonly string[];
  asked: { rate: number; timeoutMs: number; durationMs: number; faultMs: number };
  machine: string;
}): string {
  const total = (asked.rate * asked.durationMs) / 1000;
  const names = peers.map(({ name }) => name);
  const faults = [...new Set(lines.map(({ fault }) => fault))];
  const of = (peer: string): Line[] => lines.filter((line) => line.peer === peer);
  const versions = peers.map(({ name, version }) => `${name} ${version}`).join(', ');
  return `# Who is right while the target fails

Written by \`node bench/traffic-accuracy.ts\`; not edited by hand. ${versions}; ${machine}.${
    missing.length === 0 ? '' : ` Not on this machine and so not in this table: ${missing.join(', ')}.`
  }

Each generator was asked for ${asked.rate} requests/s for ${asked.durationMs / 1000} s (${total} in all) with a deadline of ${asked.timeoutMs} ms against the target of
\`test/traffic\`, one after the other. After half a second the fault lasted
${asked.faultMs / 1000} s (frozen: less than the deadline). The target wrote down each request it received and each
answer it gave. What a generator says is held against what the target wrote during that very run, so the runs need not be alike.

- **ok off by**: answers the generator counts as good minus whole, good answers the target gave within the deadline. An answer can be
  lost on its way when its connection is reset, and the target does not see for how long a request waited to be connected; a few may
  therefore be missing from the generator's count, never be too many.
- **contradictions**: openbell alone keeps a ledger of its requests; it was held against the target's log request by request.
- **unaccounted**: ${total} minus the requests of which the generator says what became. Below 0: it reports more than it was asked for.
- **p50**: the median latency it says, and the median in which the target answered what it received (ms). They differ honestly where
  requests had to wait for the target to read them.
- **memory**, **CPU**: the most that the process had, MB; what it used, seconds.

## In all

| | ${names.join(' | ')} |
|---|${names.map(() => '---:|').join('')}
${summary(names, of, total)}

## Fault by fault

Each cell: ok off by · unaccounted · p50 said / true · memory · CPU.

| fault | ${names.join(' | ')} |
|---|${names.map(() => '---|').join('')}
${faults
  .map(
    (fault) =>
      `| ${fault} | ${names
        .map((name) =>
          cell(
            of(name).find((line) => line.fault === fault),
            total,
          ),
        )
        .join(' | ')} |`,
  )
  .join('\n')}
`;
}

function summary(names: readonly string[], of: (peer: string) => Line[], total: number): string {
  const played = (name: string): Played[] => of(name).filter((line) => 'said' in line);
  const row = (title: string, value: (name: string) => number | string): string =>
    `| ${title} | ${names.map((name) => value(name)).join(' | ')} |`;
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  return [
    row('faults played', (name) => played(name).length),
    row(
      'could not be played, or crashed',
      (name) =>
        of(name)
          .filter((line) => 'cannot' in line)
          .map(({ fault, cannot }) => `${fault} (${cannot})`)
          .join(', ') || 'none',
    ),
    row(
      '`ok` exact (at most one off in a thousand)',
      (name) => played(name).filter((line) => Math.abs(okOff(line)) <= line.truth.ok / 1000).length,
    ),
    row('`ok` too many, sum over all faults', (name) =>
      sum(played(name).map((line) => Math.max(0, okOff(line)))),
    ),
    row('`ok` too few', (name) => sum(played(name).map((line) => Math.max(0, -okOff(line))))),
    row(
      'every arrival accounted for, none invented (two off at most)',
      (name) => played(name).filter(({ said }) => Math.abs(said.accounted - total) <= 2).length,
    ),
    row('arrivals unaccounted', (name) =>
      sum(played(name).map(({ said }) => Math.max(0, total - said.accounted))),
    ),
    row('outcomes invented', (name) =>
      sum(played(name).map(({ said }) => Math.max(0, said.accounted - total))),
    ),
    row('contradictions', (name) => {
      const counts = played(name).flatMap(({ contradictions }) => contradictions ?? []);
      const read = sum(counts.map(({ late }) => late));
      return counts.length === 0
        ? '–'
        : `${sum(counts.map(({ violations }) => violations))}, and ${read} answers in time by the target’s clock, read too late`;
    }),
    row('most memory, MB', (name) => Math.max(...played(name).map(({ peakMb }) => peakMb))),
    row('most CPU, s', (name) => Math.max(...played(name).map(({ cpuSeconds }) => cpuSeconds)).toFixed(1)),
  ].join('\n');
}

function cell(line: Line | undefined, total: number): string {
  if (line === undefined) return '';
  if ('cannot' in line) return line.cannot;
  const { said, truth, peakMb, cpuSeconds } = line;
  const p50 = `${said.p50Ms === null ? '–' : said.p50Ms.toFixed(1)} / ${truth.p50Ms.toFixed(1)}`;
  return `${signed(okOff(line))} · ${signed(total - said.accounted)} · ${p50} · ${peakMb} · ${cpuSeconds.toFixed(1)}`;
}

function okOff({ said, truth }: Played): number {
  return said.ok - truth.ok;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
