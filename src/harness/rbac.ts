import type { KubeObject } from '../kubernetes/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { workloadObjects, type Workload } from '../workload/index.ts';
import { permissionsFor, rolesFor, type Permission } from './permissions.ts';

/** What a run of the scenario needs to be allowed. */
export function scenarioPermissions(
  { faults, trafficPods }: Scenario,
  { objects }: Pick<Workload, 'objects'>,
  { makesNamespace }: { makesNamespace: boolean },
): Permission[] {
  return permissionsFor({
    objects,
    faults,
    makesNamespace,
    trafficFromCluster: trafficPods !== undefined,
  });
}

/** The Role, ClusterRole where one is needed, and bindings with which a run of the scenario in a namespace is allowed. */
export function rolesForScenario(
  scenario: Scenario,
  { namespace, serviceAccount }: { namespace: string; serviceAccount: string | null },
): KubeObject[] {
  const workload = workloadObjects(scenario.workload, { namespace, runId: 'any' });
  const permissions = scenarioPermissions(scenario, workload, { makesNamespace: false });
  return rolesFor(permissions, { namespace, serviceAccount });
}
