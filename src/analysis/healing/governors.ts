import { formatDuration } from '../../support/index.ts';
import type { Governor, HealingStep } from '../findings.ts';
import type { RunRecord } from '../record.ts';
import { governedBy, objectSpeedupOf } from '../timers.ts';
import type { Episode } from './episode.ts';

/** What decides how long a step of healing takes: mostly a timer of Kubernetes, sometimes nothing that one could set. */
export function governorOf(
  record: RunRecord,
  { inject, lost, atMs }: Episode,
  { step, fromMs, toMs }: { step: HealingStep; fromMs: number; toMs: number },
): Governor {
  const away = missedIn(record, step, { fromMs, toMs });
  if (away !== null) return untimed(`the ${away.component} was stopped (fault ${away.id})`);
  const tookMs = toMs - fromMs;
  const isNode = inject?.targetKind === 'Node';
  switch (step) {
    case 'detected':
      return isNode
        ? governedBy(
            record,
            'nodeMonitorGraceMs',
            inject.component === 'kubelet'
              ? 'the silence of the kubelet did not yet count as the loss of its node'
              : 'the control plane did not yet know that the node was lost',
          )
        : untimed('the change went through the API server and the watch');
    case 'out of rotation':
      return untimed('the endpoints controller took the lost pods out of the EndpointSlices');
    case 'replacement created':
      return isNode
        ? evictionGovernor(record, inject.targets, atMs)
        : untimed('the ReplicaSet made up for the loss');
    case 'scheduled':
      return unschedulable(record, atMs)
        ? untimed('no node had room for the replacement')
        : untimed('the scheduler chose a node');
    case 'started':
      return lost.some((pod) => pod.seen.some((now) => now.t >= atMs && now.reason === 'CrashLoopBackOff'))
        ? governedBy(record, 'crashLoopInitialMs', 'the kubelet waited before it started the container again')
        : untimed('the kubelet fetched the image and started the container');
    case 'ready':
      return readinessGovernor(record, tookMs);
    case 'in rotation':
      return untimed('the endpoints controller put the replacements into the EndpointSlices');
    case 'first request served':
      return untimed(connectionsInWords(record));
    default:
      return untimed('the fault was injected');
  }
}

/** Which component's work each step is, besides the API server's, through which all of it goes. */
const doneBy: Partial<Record<HealingStep, string>> = {
  detected: 'controller-manager',
  'out of rotation': 'controller-manager',
  'replacement created': 'controller-manager',
  scheduled: 'scheduler',
  started: 'kubelet',
  ready: 'kubelet',
  'in rotation': 'controller-manager',
  'first request served': 'kube-proxy',
};

/** A fault that had stopped, for most of the step, the component whose work it is. */
function missedIn(
  record: RunRecord,
  step: HealingStep,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): { id: string; component: string } | null {
  for (const { t, id, component, targetKind } of record.of('fault.inject')) {
    if (component === undefined || targetKind !== 'Component') continue;
    if (component !== 'api-server' && component !== doneBy[step]) continue;
    const undone = record.of('fault.undone').find((event) => event.id === id && event.t >= t);
    const overlapMs = Math.min(toMs, undone?.t ?? Infinity) - Math.max(fromMs, t);
    if (overlapMs > (toMs - fromMs) / 2) return { id, component };
  }
  return null;
}

function untimed(meanwhile: string): Governor {
  return { setting: null, effectiveMs: null, defaultMs: null, meanwhile };
}

/** Pods leave a node that says it is not ready, or that says nothing, after different tolerations. */
function evictionGovernor(record: RunRecord, targets: readonly { name: string }[], atMs: number): Governor {
  const names = new Set(targets.map(({ name }) => name));
  const after = record
    .of('k8s.node')
    .find(({ t, name, ready }) => t >= atMs && names.has(name) && ready !== 'True');
  const timer = after?.ready === 'False' ? 'notReadyTolerationMs' : 'unreachableTolerationMs';
  return governedBy(record, timer, 'the lost pods were tolerated on the lost node and not yet replaced');
}

function unschedulable(record: RunRecord, atMs: number): boolean {
  return record.of('k8s.event').some(({ t, reason }) => t >= atMs && reason === 'FailedScheduling');
}

/** A probe that is asked often tells of the application's own start; one that is asked seldom hides how short that was. */
function readinessGovernor(record: RunRecord, tookMs: number): Governor {
  const probe = record.of('k8s.deployment').at(-1)?.template?.readiness;
  const meanwhile = 'the application started up, until a probe found it ready';
  if (probe === undefined || probe === null) return untimed(meanwhile);
  const everyMs = probe.periodMs / objectSpeedupOf(record);
  if (tookMs > 2 * everyMs) {
    return untimed(
      `the application started up; it was asked every ${formatDuration(everyMs)} whether it is ready`,
    );
  }
  return {
    setting: 'periodSeconds of the readiness probe',
    effectiveMs: everyMs,
    defaultMs: 10_000,
    meanwhile,
  };
}

function connectionsInWords(record: RunRecord): string {
  const policy = record.of('traffic.start')[0]?.connectionPolicy;
  const clients = policy === undefined ? '' : ` (clients: ${policy})`;
  return `no new connection had met the replacement${clients}; a Service balances connections, not requests`;
}
