import type { ClusterEvent, HpaObserved } from '../journal/index.ts';
import type { ScalingDecision } from './findings.ts';
import type { RunRecord } from './record.ts';

/** How far the autoscaler's Event and the change it tells of may lie apart, ms: they arrive on different watches. */
const eventSlackMs = 5000;

/**
 * Every change of the replicas asked for, with its reason. The Deployment's own wish decides; the autoscaler's status stands
 * in where no Deployment was observed, its SuccessfulRescale events give the reason.
 */
export function scalingOf(record: RunRecord): ScalingDecision[] {
  const rescales = record.of('k8s.event').filter(({ reason }) => reason === 'SuccessfulRescale');
  const byDeployment = record
    .of('k8s.deployment')
    .map(({ t, specReplicas }) => ({ t, replicas: specReplicas }));
  const byHpa = record.of('k8s.hpa').map(({ t, desiredReplicas }) => ({ t, replicas: desiredReplicas }));
  const wishes = byDeployment.length > 0 ? byDeployment : byHpa;
  const decisions: ScalingDecision[] = [];
  let current: number | null = null;
  for (const { t, replicas } of wishes) {
    if (current !== null && replicas !== current) {
      decisions.push({
        atMs: t,
        from: current,
        to: replicas,
        reason: reasonOf(record, rescales, t, replicas),
      });
    }
    current = replicas;
  }
  return decisions;
}

function reasonOf(record: RunRecord, rescales: readonly ClusterEvent[], t: number, to: number): string {
  const told = nearest(
    rescales.filter((event) => newSize(event)?.size === to),
    t,
  );
  const decided = nearest(
    record.of('k8s.hpa').filter(({ desiredReplicas }) => desiredReplicas === to),
    t,
  );
  const why = told && newSize(told)?.reason;
  const words = why ?? (decided ? 'decided by the autoscaler' : 'the Deployment was scaled');
  const utilization = decided && utilizationOf(decided);
  return utilization ? `${words}; ${utilization}` : words;
}

/** What was seen next to an instant, before or after it, within the slack. */
function nearest<E extends { t: number }>(events: readonly E[], t: number): E | undefined {
  let best: E | undefined;
  for (const event of events) {
    const away = Math.abs(event.t - t);
    if (away <= eventSlackMs && (!best || away < Math.abs(best.t - t))) best = event;
  }
  return best;
}

/** `New size: 8; reason: cpu resource utilization (percentage of request) above target`. */
function newSize({ message }: ClusterEvent): { size: number; reason: string } | null {
  const match = /^New size: (\d+); reason: (.*)$/s.exec(message);
  return match ? { size: Number(match[1]), reason: match[2] ?? '' } : null;
}

function utilizationOf({ currentUtilization, targetUtilization }: HpaObserved): string | null {
  if (currentUtilization === null || targetUtilization === null) return null;
  return `cpu at ${currentUtilization} %, target ${targetUtilization} %`;
}
