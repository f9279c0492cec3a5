import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  isAvailable,
  isNotFound,
  kinds,
  type Deployment,
  type KubeClient,
  type KubeObject,
} from '../../kubernetes/index.ts';
import { OpenbellError, until } from '../../support/index.ts';
import type { CreateOptions } from '../provider.ts';

const deadlineMs = 180_000;
const name = 'metrics-server';
const namespace = 'kube-system';

/**
 * Sees to it that the cluster serves metrics.k8s.io: by what is there already, else by the metrics server of our manifest.
 * Resolves when the API answers. @returns what serves them, in words.
 */
export async function provideMetrics(
  client: KubeClient,
  {
    resolutionSeconds,
    signal,
    onProgress,
  }: Pick<CreateOptions, 'signal' | 'onProgress'> & { resolutionSeconds: number },
): Promise<string> {
  if (await served(client, signal)) return 'served by what the cluster brought';
  const objects = await manifest(resolutionSeconds);
  onProgress(`installing the metrics server, which looks every ${resolutionSeconds} s`);
  for (const object of objects) await client.apply(object, { signal });
  const unpullable = await until(() => availability(client, signal), {
    what: 'the metrics server to be available',
    deadlineMs,
    everyMs: 300,
    signal,
  });
  if (unpullable instanceof OpenbellError) throw unpullable;
  await until(() => served(client, signal), {
    what: 'the metrics API to answer',
    deadlineMs,
    everyMs: 300,
    signal,
  });
  onProgress('metrics are served');
  return `metrics server ${versionOf(objects)}, every ${resolutionSeconds} s`;
}

/** True when it is there; an error when its image cannot be had, for which waiting longer is no help. */
async function availability(client: KubeClient, signal: AbortSignal): Promise<boolean | OpenbellError> {
  const [deployment, pods] = await Promise.all([
    client.get(kinds.deployment, name, { namespace, signal }),
    client.list(kinds.pod, { namespace, labelSelector: `k8s-app=${name}`, signal }),
  ]);
  if (isAvailable(deployment)) return true;
  const containers = pods.flatMap(({ status }) => status?.containerStatuses ?? []);
  const pull = containers.map(({ state }) => state?.waiting).find((it) => it?.reason === 'ImagePullBackOff');
  if (pull === undefined) return false;
  return new OpenbellError(`the metrics server's image cannot be pulled: ${pull.message ?? ''}`, {
    code: 'IMAGE_NOT_PULLED',
    hint: 'The nodes need a network for it, or a node image that holds it.',
  });
}

/** Whether somebody answers for metrics.k8s.io; while nobody does the API server says 404 or 503. */
async function served(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  try {
    await client.list(kinds.podMetrics, { namespace, signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return false;
    if (error instanceof OpenbellError && error.code.startsWith('KUBERNETES_')) return false;
    throw error;
  }
}

/** Our manifest's objects, with the asked resolution. */
async function manifest(resolutionSeconds: number): Promise<KubeObject[]> {
  const { parseAllDocuments } = await import('yaml');
  const text = readFileSync(fileURLToPath(new URL('metrics-server.yaml', import.meta.url)), 'utf8');
  const documents = parseAllDocuments(
    text.replace(/--metric-resolution=\S+/, `--metric-resolution=${resolutionSeconds}s`),
  );
  return documents.map((document) => (document as { toJS(): unknown }).toJS() as KubeObject);
}

function versionOf(objects: readonly KubeObject[]): string {
  const deployment: Deployment | undefined = objects.find(({ kind }) => kind === 'Deployment');
  return deployment?.spec?.template.spec?.containers[0]?.image?.split(':').at(-1) ?? '';
}
