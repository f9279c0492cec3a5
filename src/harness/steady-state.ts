import { describePods, isAvailable, isReady, waitUntil } from '../kubernetes/index.ts';
import { until } from '../support/index.ts';
import type { Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import type { Deployed } from './deploy.ts';
import { ask, type ProbeAnswer } from './probe.ts';

const availableDeadlineMs = 120_000;
const answerDeadlineMs = 30_000;
/** The autoscaler's first figures are waited for where the cluster's timings let them come this soon. */
const metricsPatienceMs = 15_000;
/** Usage is a difference of two looks, and the first may have come before the pods. */
const looksNeeded = 3;

/**
 * The steady-state hypothesis, checked before anything is done to the system: the Deployment is available, and the Service
 * answers at its entry point with one of the run's own pods.
 */
export async function reachSteadyState(
  context: RunContext,
  deployed: Deployed,
  workload: Workload,
): Promise<void> {
  const { signal } = context;
  const { observation } = deployed;
  const { deployments, pods, events } = observation;
  await waitUntil(
    [deployments, pods],
    () => deployments.objects().some((it) => it.metadata?.name === workload.deployment && isAvailable(it)),
    {
      what: `Deployment ${workload.deployment} to be available`,
      deadlineMs: availableDeadlineMs,
      signal,
      explain: () => describePods(pods.objects(), events.objects()),
    },
  );
  await firstAnswer(context, deployed);
  await autoscalerSees(context, deployed, workload);
}

async function firstAnswer(
  { scenario, journal, signal }: RunContext,
  { target, observation }: Deployed,
): Promise<void> {
  const isSampleApi = scenario.workload.kind === 'sample-api';
  // The sample API's own health route is not counted among its requests; of other workloads only the mix is known.
  const asked =
    scenario.traffic.requests.find(({ method }) => method === 'GET') ?? scenario.traffic.requests[0];
  const url = new URL(isSampleApi ? '/livez' : (asked?.path ?? '/'), target);
  const look = async (): Promise<ProbeAnswer> => {
    const answer = await ask(url, { timeoutMs: 2_000, signal, tls: scenario.traffic.tls });
    const ours = observation.pods.objects().map(({ metadata }) => metadata?.name);
    if (answer.pod === null && isSampleApi) throw new Error('something answered that is no pod of this run');
    if (answer.pod !== null && !ours.includes(answer.pod)) {
      throw new Error(`${answer.pod} answered, which is no pod of this run`);
    }
    if (answer.status >= 500) throw new Error(`it answered ${answer.status}`);
    return answer;
  };
  const { status, pod } = await until(look, {
    what: `an answer of the run's own pods from ${url.href}`,
    deadlineMs: answerDeadlineMs,
    everyMs: 20,
    signal,
  });
  journal.record({ type: 'service.answered', url: url.href, status });
  if (pod !== null) return;
  const message = 'The workload answers without an x-pod header: which pod served what cannot be told.';
  journal.record({ type: 'note', level: 'warning', message });
}

async function autoscalerSees(
  { journal, signal }: RunContext,
  { observation: { autoscalers }, timings }: Deployed,
  { hpa }: Workload,
): Promise<void> {
  const roundMs = timings.metricsResolutionMs + timings.hpaSyncPeriodMs;
  if (hpa === null || roundMs > metricsPatienceMs) return;
  const deadlineMs = looksNeeded * roundMs;
  await waitUntil(
    [autoscalers],
    () =>
      autoscalers
        .objects()
        .some(
          ({ metadata, status }) =>
            metadata?.name === hpa &&
            status?.conditions?.some(({ type, status }) => type === 'ScalingActive' && status === 'True'),
        ),
    { what: 'the autoscaler to see metrics', deadlineMs, signal },
  ).catch(() => {
    signal.throwIfAborted();
    const message = `The autoscaler had no metrics ${deadlineMs / 1000} s after the Service answered; traffic starts without.`;
    journal.record({ type: 'note', level: 'info', message });
  });
}

/** Whether every node is Ready again and the Deployment has what it wants. */
export function isWhole({ observation }: Deployed, workload: Workload): boolean {
  const { nodes, deployments } = observation;
  return (
    nodes.objects().every((node) => isReady(node)) &&
    deployments.objects().some((it) => it.metadata?.name === workload.deployment && isAvailable(it))
  );
}
