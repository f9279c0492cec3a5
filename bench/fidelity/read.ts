import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { analyse, type Findings } from '../../src/analysis/index.ts';
import { readJournal } from '../../src/journal/index.ts';
import type { Scenario } from '../../src/scenario/index.ts';
import { measuresOf, type Measures } from './measures.ts';
import { scenarioNames, sides, type ScenarioName, type Side } from './names.ts';

/** One run that ran to its end. */
export interface Run {
  side: Side;
  scenario: ScenarioName;
  measures: Measures;
  /** The generator kept up and nothing else spoke against its figures. */
  trusted: boolean;
  cluster: NonNullable<Findings['cluster']>;
  machine: Findings['run']['machine'];
}

/** All runs below a folder, journal by journal. */
export async function readRuns(out: string): Promise<Run[]> {
  const runs: Run[] = [];
  for (const side of sides) {
    const folder = path.join(out, side);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) {
      const scenario = scenarioNames.find((each) => name.startsWith(`${each}-`));
      const findings = scenario === undefined ? null : await findingsOf(path.join(folder, name));
      if (scenario === undefined || findings === null || findings.cluster === null) continue;
      runs.push({
        side,
        scenario,
        measures: measuresOf(findings),
        trusted: findings.verdict !== 'untrusted',
        cluster: findings.cluster,
        machine: findings.run.machine,
      });
    }
  }
  return runs;
}

/** How long each boot on a side took, ms. */
export function readBoots(out: string): Record<Side, number[]> {
  const boots = sides.map((side) => {
    const file = path.join(out, side, 'boots.ndjson');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return [side, lines.map((line) => (JSON.parse(line) as { bootMs: number }).bootMs)];
  });
  return Object.fromEntries(boots) as Record<Side, number[]>;
}

/**
 * Whether a folder holds a run of this scenario that ran to its end.
 *
 * @throws when it holds one of another scenario: figures of both together would mean nothing.
 */
export async function isComplete(folder: string, { source }: Scenario): Promise<boolean> {
  const findings = await findingsOf(folder);
  if (findings === null) return false;
  if (findings.run.scenario.source !== source)
    throw new Error(`${folder} holds a run of another scenario text: name another folder with --out`);
  return true;
}

async function findingsOf(folder: string): Promise<Findings | null> {
  const file = path.join(folder, 'journal.ndjson');
  if (!existsSync(file)) return null;
  const { events, problems } = await readJournal(file);
  const ended = events.some((event) => event.type === 'run.end' && event.reason === 'completed');
  return ended ? analyse(events, problems) : null;
}
