import type { Pod } from '../../objects.ts';
import type { Container } from '../runtime/index.ts';
import { crashLoopBackOff } from './back-off.ts';
import { newRecord, terminated, type ContainerRecord, type ContainerRole } from './container-record.ts';
import { timestamp, type KubeletContext } from './context.ts';
import type { SpecContainer } from './environment.ts';

/**
 * The records of a pod's containers as the kubelet meets it: init containers first, in order. A container that the runtime has
 * is taken over, running or ended. One that only the API remembers was lost with the node's power.
 */
export function restoreRecords(context: KubeletContext, pod: Pod): ContainerRecord[] {
  const { spec } = pod;
  const inits = (spec?.initContainers ?? []).map((container) => {
    const role: ContainerRole = container.restartPolicy === 'Always' ? 'sidecar' : 'init';
    return { container, role };
  });
  const apps = (spec?.containers ?? []).map((container) => ({ container, role: 'app' as const }));
  return [...inits, ...apps].map(({ container, role }) => restore(context, pod, container, role));
}

function restore(
  context: KubeletContext,
  pod: Pod,
  spec: SpecContainer,
  role: ContainerRole,
): ContainerRecord {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const remembered = statuses.find(({ name }) => name === spec.name);
  const record = newRecord({ role, spec, remembered }, () => crashLoopBackOff(context.config.timings));
  if ((pod.spec?.initContainers ?? []).length > 0) record.state = { waiting: { reason: 'PodInitializing' } };
  const instance = context.runtime
    .containersOf(pod.metadata?.uid ?? '')
    .filter((container) => container.spec.name === spec.name)
    .at(-1);
  if (instance !== undefined) {
    takeOver(context, record, instance);
    record.started =
      record.state.running !== undefined && (spec.startupProbe === undefined || remembered?.started === true);
    record.ready = record.started && (spec.readinessProbe === undefined || remembered?.ready === true);
    return record;
  }
  const { running, terminated: ended } = remembered?.state ?? {};
  if (ended !== undefined && (role !== 'app' || !restarts(pod, ended.exitCode)))
    record.state = { terminated: ended };
  else if (ended !== undefined) record.lastState = { terminated: ended };
  if (running === undefined) return record;
  const at = timestamp(context);
  const lost = {
    ...(running.startedAt !== undefined && { startedAt: running.startedAt }),
    finishedAt: at,
    containerID: record.containerID,
  };
  if (restarts(pod, 255) || role === 'sidecar') {
    record.lastState = { terminated: { exitCode: 255, reason: 'Unknown', ...lost } };
  } else {
    const message = 'The container could not be located when the pod was terminated';
    record.state = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, ...lost } };
  }
  return record;
}

function takeOver(context: KubeletContext, record: ContainerRecord, instance: Container): void {
  record.instance = instance;
  record.restartCount = instance.spec.restartCount;
  record.containerID = `openbell://${instance.spec.id}`;
  const startedAt = timestamp(context, instance.startedAt);
  record.state =
    instance.exit === undefined
      ? { running: { startedAt } }
      : { terminated: terminated(record, instance.exit, startedAt) };
  if (instance.exit !== undefined) {
    record.endedAt = context.clock.now() - (context.clock.wall() - instance.exit.finishedAt);
  }
}

/** Whether an app container that ended so is started again. */
export function restarts(pod: Pod, exitCode: number): boolean {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
