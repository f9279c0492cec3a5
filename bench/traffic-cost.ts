/**
 * How well the generator keeps its pace, how much it can send, what a request costs it, and whether it tells the truth of
 * a stall, each beside what it is compared with.
 *
 *   node bench/traffic-cost.ts [ramp] [rates] [cpu] [memory] [stall]
 *
 * Without arguments it plays all parts and writes `docs/traffic-cost.md`. k6 takes part where it is on PATH;
 * `QUIET=1` lets the machine's other work wait (`bench/support/quiet.ts`).
 */
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from './traffic/cpu.ts';
import { openTarget, type Ground, type Part } from './traffic/ground.ts';
import { memory } from './traffic/memory.ts';
import { ramp } from './traffic/ramp.ts';
import { rates } from './traffic/rates.ts';
import { stallTruth } from './traffic/stall.ts';
import { onPath } from './support/peers.ts';
import { quiet } from './support/quiet.ts';

const parts = { ramp, rates, cpu, memory, stall: stallTruth };
const wanted = process.argv.slice(2);

using folder = mkdtempDisposableSync(join(tmpdir(), 'openbell-cost-'));
const ground: Ground = { ...(await openTarget()), k6: onPath('k6'), folder: folder.path };
const sections: string[] = [];
try {
  for (const [name, play] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const busy = loadavg()[0] ?? 0;
    const text = sectionOf(await play(ground), busy);
    console.log(text);
    sections.push(text);
  }
} finally {
  ground.target.disconnect();
}
if (wanted.length === 0) {
  const page = `# What the traffic engine costs, and how exact it is

Written by \`node bench/traffic-cost.ts\`; not edited by hand. ${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}${ground.k6 === null ? '; k6 is not on this machine' : ''}.
${quiet ? 'What is measured was played in the system’s real-time class (`QUIET=1`): the machine’s other work waited.\n' : ''}Each part says how busy the machine was with other work before it began (load average of the minute before): what others take
shows in lateness and CPU.

${sections.join('\n')}`;
  writeFileSync(new URL('../docs/traffic-cost.md', import.meta.url), page);
}

function sectionOf({ title, note, columns, rows }: Part, busy: number): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return `## ${title}

${note} Load before: ${busy.toFixed(1)}.

${line(columns)}
${line(columns.map(() => '---'))}
${rows.map(line).join('\n')}
`;
}
