/** Whether a node's kubelet is still heard of. Pure. */
import type { Lease, Node } from '../../../objects.ts';

type Condition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

/** What was last heard of a node. Times are milliseconds of the clock that `now` comes from. */
export interface NodeHealth {
  heardAtMs: number;
  /** The kubelet has posted the node's status at least once. */
  hasPosted: boolean;
  /** Time stamps of the last status and lease; only whether they change matters, so kubelets' clocks do not. */
  status: string;
  lease: string;
}

/** `health` after another look at the node and its lease. */
export function observe(
  health: NodeHealth | undefined,
  { node, lease, nowMs }: { node: Node; lease: Lease | undefined; nowMs: number },
): NodeHealth {
  const ready = readyCondition(node);
  const status = JSON.stringify([ready?.lastHeartbeatTime, ready?.lastTransitionTime, ready?.status]);
  const renewed = lease?.spec?.renewTime ?? '';
  const isNews = health === undefined || health.status !== status || health.lease !== renewed;
  return {
    heardAtMs: isNews ? nowMs : health.heardAtMs,
    hasPosted: (health?.hasPosted ?? false) || ready !== undefined,
    status,
    lease: renewed,
  };
}

export function readyCondition({ status }: Node): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** `True`, `False`, or `Unknown` where the node has no Ready condition. */
export function readiness(node: Node): string {
  return readyCondition(node)?.status ?? 'Unknown';
}

/** Conditions that only a kubelet can vouch for. */
const vouchedFor = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The node's conditions once its kubelet is not heard of any more; undefined: they say so already. */
export function lostConditions({ status }: Node, now: string): Condition[] | undefined {
  const before = status?.conditions ?? [];
  const conditions = before.map((condition) =>
    vouchedFor.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : condition,
  );
  const missing = vouchedFor.filter((type) => !before.some((condition) => condition.type === type));
  const added = missing.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastTransitionTime: now,
  }));
  const isSame = added.length === 0 && conditions.every((condition, index) => condition === before[index]);
  return isSame ? undefined : [...conditions, ...added];
}
