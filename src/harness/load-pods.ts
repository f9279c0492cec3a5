import { podAddress } from '../cluster/index.ts';
import {
  describePods,
  kinds,
  type Job,
  type KubeClient,
  type Pod,
  type Secret,
} from '../kubernetes/index.ts';
import { OpenbellError, until } from '../support/index.ts';
import {
  controlPort,
  toEnvironment,
  type ClockOffset,
  type RemoteGenerator,
  type RemoteInput,
} from '../traffic/index.ts';
import { loadGeneratorImageName, runLabel, type Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import { ask } from './probe.ts';
import type { Provisioned } from './provision.ts';

const name = 'openbell-load';
const startDeadlineMs = 180_000;

/** Starts a Job whose pods make the load. @returns each of them as soon as all run. */
export async function startLoadPods(
  context: RunContext,
  { client, cluster, imageNames }: Provisioned,
  { service }: Workload,
  pods: number,
): Promise<RemoteGenerator[]> {
  const { runId, namespace, scenario, seed, signal, hardSignal, steps } = context;
  const { traffic: plan, goodResponseMs, target } = scenario;
  const environment = toEnvironment({
    plan,
    seed,
    goodResponseMs,
    of: pods,
    target: target === undefined ? { service, tls: plan.tls !== undefined } : { url: target.href },
  } satisfies RemoteInput);
  const labels = { 'app.kubernetes.io/name': name, [runLabel]: runId };
  const image = imageNames[loadGeneratorImageName] ?? loadGeneratorImageName;
  steps.undoLater('the load generators', () => remove(client, namespace, hardSignal));
  await client.apply(secretOf(environment, labels), { namespace, signal });
  await client.apply(jobOf({ pods, image, keys: Object.keys(environment), labels }), { namespace, signal });

  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  let last: Pod[] = [];
  const running = await until(
    async () => {
      last = await client.list(kinds.pod, { namespace, labelSelector, signal });
      const up = last.filter(({ status }) => status?.phase === 'Running');
      return up.length === pods ? up : undefined;
    },
    { what: `${pods} load generators to run`, deadlineMs: startDeadlineMs, everyMs: 100, signal },
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new OpenbellError(`${(error as Error).message}: ${describePods(last)}`, {
      code: 'TRAFFIC_NO_PODS',
    });
  });
  const reachable = cluster.capabilities.podNetworkReachable;
  return running
    .toSorted(byIndex)
    .map((pod) => generatorOf(pod, { client, namespace, reachable, signal: hardSignal }));
}

/** What is known of the generators' clocks, as a sentence. */
export function describeClocks(clocks: readonly ClockOffset[]): string {
  const worst = Math.max(...clocks.map(({ uncertaintyMs }) => uncertaintyMs));
  const offsets = clocks.map(({ offsetMs }) => offsetMs);
  const spread = Math.max(...offsets) - Math.min(...offsets);
  return (
    `The load came from ${clocks.length} ${clocks.length === 1 ? 'pod' : 'pods'} in the cluster. Their clocks were read through the API and put right; ` +
    `they differ among each other by ${spread.toFixed(1)} ms and are known to ± ${worst.toFixed(1)} ms: instants of single requests are no more exact than that.`
  );
}

/** How the generators' clocks moved against ours during the traffic, as a sentence. */
export function describeMovedClocks(moved: readonly ClockOffset[]): string {
  const furthest = Math.max(...moved.map(({ offsetMs }) => Math.abs(offsetMs)));
  const worst = Math.max(...moved.map(({ uncertaintyMs }) => uncertaintyMs));
  return `Read again at the end of the traffic, the clocks of the pods in the cluster had moved by ${furthest.toFixed(1)} ms at most against this machine's (± ${worst.toFixed(1)} ms).`;
}

const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

function byIndex(a: Pod, b: Pod): number {
  const index = ({ metadata }: Pod): number => Number(metadata?.annotations?.[indexAnnotation] ?? 0);
  return index(a) - index(b);
}

function generatorOf(
  pod: Pod,
  where: { client: KubeClient; namespace: string; reachable: boolean; signal: AbortSignal },
): RemoteGenerator {
  const { client, namespace, reachable, signal } = where;
  const podName = pod.metadata?.name ?? '';
  return {
    name: podName,
    ask: async (path) => {
      if (!reachable) return client.askPod({ name: podName, port: controlPort, path }, { namespace, signal });
      const address = podAddress(pod, controlPort);
      if (address === null) throw new Error(`pod ${podName} has no address`);
      const url = new URL(path, `http://${address.host}:${address.port}`);
      return (await ask(url, { timeoutMs: 5_000, signal })).body;
    },
    log: (reading) => client.followLog(podName, { namespace, signal: AbortSignal.any([reading, signal]) }),
  };
}

/** A Secret: the plan may hold credentials. */
function secretOf(environment: Record<string, string>, labels: Record<string, string>): Secret {
  const data = Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, type: 'Opaque', data };
}

function jobOf({
  pods,
  image,
  keys,
  labels,
}: {
  pods: number;
  image: string;
  keys: readonly string[];
  labels: Record<string, string>;
}): Job {
  const controlPlane = 'node-role.kubernetes.io/control-plane';
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels },
    spec: {
      completions: pods,
      parallelism: pods,
      completionMode: 'Indexed',
      // A generator that is lost takes its measurements with it; another in its place would not bring them back.
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          // Where faults of workers do not reach them, if pods may run there at all.
          tolerations: [{ key: controlPlane, operator: 'Exists', effect: 'NoSchedule' }],
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  preference: { matchExpressions: [{ key: controlPlane, operator: 'Exists' }] },
                },
              ],
            },
          },
          containers: [
            {
              name: 'load',
              image,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ name: 'control', containerPort: controlPort }],
              env: [
                { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
                {
                  name: 'JOB_COMPLETION_INDEX',
                  valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${indexAnnotation}']` } },
                },
                ...keys.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
              ],
              resources: { requests: { cpu: '50m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}

async function remove(client: KubeClient, namespace: string, signal: AbortSignal): Promise<void> {
  await client.delete(kinds.job, name, { namespace, propagationPolicy: 'Background', signal });
  await client.delete(kinds.secret, name, { namespace, signal });
}
