import { waitUntil } from '../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import type { Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import type { Deployed } from './deploy.ts';
import type { Driven } from './drive.ts';
import { atItsAddress, countByPods, throughTheApi } from './pod-counts.ts';
import type { Provisioned } from './provision.ts';
import { isWhole } from './steady-state.ts';

/** How long the cluster may take to become whole again before the run goes on without. */
const patienceMs = 3_000;

/** Rolls the faults back, gives the cluster a moment to become whole, and asks the pods what they counted. */
export async function recover(
  context: RunContext,
  { cluster, client }: Provisioned,
  deployed: Deployed,
  { faults, failures }: Driven,
  workload: Workload,
): Promise<void> {
  const { journal, signal, hardSignal } = context;
  const brokenOff = signal.aborted || failures.length > 0;
  await faults.rollBack(brokenOff ? null : 'the traffic ended before it was due');
  const { nodes, deployments, pods } = deployed.observation;
  const whole = { what: 'the cluster to be whole again', deadlineMs: patienceMs, signal: hardSignal };
  if (context.scenario.faults.length > 0 && !signal.aborted) {
    await waitUntil([nodes, deployments], () => isWhole(deployed, workload), whole).catch(() => {
      const message = `${whole.what} took longer than ${patienceMs / 1000} s after the faults were undone.`;
      journal.record({ type: 'note', level: 'info', message: `Waiting for ${message}` });
    });
  }
  const askMetrics = cluster.capabilities.podNetworkReachable
    ? atItsAddress(hardSignal)
    : throughTheApi(client, hardSignal);
  const counted = await countByPods(pods.objects(), askMetrics);
  journal.record({ type: 'pods.counted', pods: counted.pods });
  if (counted.unasked.length > 0) {
    const message = `Not every pod could be asked what it counted: ${counted.unasked.join('; ')}.`;
    journal.record({ type: 'note', level: 'info', message });
  }
}

/** @throws {OpenbellError} `FAULT_DID_NOT_LAND` (exit code 107) when a fault failed. */
export function requireFaultsLanded({ failures }: Driven): void {
  if (failures.length === 0) return;
  throw new OpenbellError(failures.join('; '), {
    code: 'FAULT_DID_NOT_LAND',
    exitCode: exitCodes.faultDidNotLand,
    hint: 'A fault must hit something for its lesson to be true: look at what it selects and at what was running then.',
  });
}
