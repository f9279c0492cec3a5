import type { Requirement } from '../requirement.ts';
import { isLeftOver, readRecords } from './record.ts';
import { kindRequirements } from './requirements.ts';
import { kindTools } from './tools.ts';

/** What a run on kind needs of this machine. */
export function kindRequirementsHere(): Promise<Requirement[]> {
  return kindRequirements(kindTools());
}

/** Everything that a run on kind needs of this machine, and what earlier ones left there. */
export async function examineKind(): Promise<Requirement[]> {
  return [...(await kindRequirementsHere()), leftovers()];
}

function leftovers(): Requirement {
  const name = 'kind clusters of openbell';
  const records = readRecords();
  const left = records.filter(isLeftOver).map((record) => record.name);
  if (left.length > 0) {
    const hint = 'The next run on kind removes them, and so does: openbell down --all --on kind';
    return { name, state: 'warning', detail: `${left.join(', ')}: left by runs that were killed`, hint };
  }
  const kept = records.map((record) => record.name);
  return { name, state: 'ok', detail: kept.length === 0 ? 'none runs' : kept.join(', ') };
}
