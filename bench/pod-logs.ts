/**
 * Whether what the engine counts as answered was answered: plays scenarios on the embedded cluster and looks for each request of the
 * ledger in the pods' own logs.
 *
 *   node bench/pod-logs.ts [<scenario> …]
 *
 * Without arguments it plays market-open, pod-kill and node-loss (four minutes) and writes `docs/pod-logs.md`. Ends with 1 when the
 * two sides contradict each other. How busy the machine is does not matter.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { readJournal } from '../src/journal/index.ts';
import type { Result } from '../src/report/index.ts';
import { formatCount } from '../src/support/index.ts';
import { workplace } from '../test/e2e/openbell.ts';
import { compareWithLogs, type LogAccount } from '../test/e2e/pod-logs/compare.ts';
import { keepLogs, readKept, readRequests } from '../test/e2e/pod-logs/logs.ts';

type Played = LogAccount & { scenario: string; exitCode: number | null; result: Result };

const asked = process.argv.slice(2);
const played: Played[] = [];
for (const scenario of asked.length > 0 ? asked : ['market-open', 'pod-kill', 'node-loss']) {
  const account = await play(scenario);
  console.log(section(account));
  played.push(account);
}
if (asked.length === 0) writeFileSync(new URL('../docs/pod-logs.md', import.meta.url), page());
if (played.some(({ violations }) => violations.length > 0)) process.exitCode = 1;

async function play(scenario: string): Promise<Played> {
  await using place = await workplace();
  const kept = path.join(place.tmp, '..', 'logs');
  await mkdir(kept);
  const over = new AbortController();
  const keeping = keepLogs(place.tmp, kept, over.signal);
  const { exitCode, stderr } = await place.openbell('run', scenario, '--out', place.runs, '--ledger');
  over.abort();
  await keeping;
  const [folder] = await place.runFolders();
  if (folder === undefined) throw new Error(stderr);
  const { events } = await readJournal(path.join(folder, 'journal.ndjson'));
  const rows = await readRequests(path.join(folder, 'requests.csv'));
  const result = JSON.parse(await readFile(path.join(folder, 'result.json'), 'utf8')) as Result;
  return { scenario, exitCode, result, ...compareWithLogs(rows, await readKept(kept), events) };
}

function page(): string {
  return `# What the pods wrote down

Written by \`node bench/pod-logs.ts\`; not edited by hand. ${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, embedded cluster.

Each request carries an id. The engine's ledger (\`--ledger\`) says what became of it, the sample API writes a line about it into its
pod's log when it is through with it; the two know nothing of each other. An \`ok\` must have its line, with the same status, in exactly one
pod's log, and a request that was never sent must have none. A pod writes its line after its answer: where it or its node is killed in
between, there is an answer without a line, and nobody can decide who is right. Those are counted, and only at the instant of a kill.
A machine that is busy with other things makes a run's latencies "untrusted"; these counts do not depend on it.

${played.map(section).join('\n')}`;
}

function section({ scenario, exitCode, result, pods, violations, ...counts }: Played): string {
  const { requests, ok, found, undecidable, givenUp } = counts;
  return `## ${scenario}

${formatCount(requests)} requests, verdict ${result.verdict} (exit code ${String(exitCode)}).

| | |
|---|---:|
| \`ok\` by the ledger | ${formatCount(ok)} |
| of them with a line in exactly one pod's log | ${formatCount(found)} |
| answered without a line, at the instant of a kill | ${formatCount(undecidable)} |
| lines about requests that the client had given up | ${formatCount(givenUp)} |
| contradictions | ${formatCount(violations.length)} |

| pod | answers seen by the client | in its log | |
|---|---:|---:|---|
${pods.map(({ pod, client, logged, killed }) => `| ${pod} | ${formatCount(client)} | ${formatCount(logged)} | ${killed ? 'killed' : ''} |`).join('\n')}
${violations.length === 0 ? '' : `\n${violations.map((text) => `- ${text}`).join('\n')}\n`}`;
}
