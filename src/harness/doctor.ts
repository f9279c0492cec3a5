import {
  embeddedClusterNames,
  embeddedRequirements,
  examineKind,
  type Requirement,
} from '../cluster/index.ts';

export type { Requirement } from '../cluster/index.ts';

/** Looks at everything that a run there needs of this machine; boots nothing and leaves nothing behind. */
export async function examineMachine(on: 'embedded' | 'kind'): Promise<Requirement[]> {
  if (on === 'kind') return examineKind();
  return [...(await embeddedRequirements()), clustersThatRun()];
}

function clustersThatRun(): Requirement {
  const names = embeddedClusterNames();
  const name = 'embedded clusters';
  if (names.length === 0) return { name, state: 'ok', detail: 'none runs' };
  const hint = 'They take CPU from a run; openbell down --all ends them.';
  return { name, state: 'warning', detail: `${names.join(', ')} run`, hint };
}
