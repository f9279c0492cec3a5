import { connect as reach } from 'node:net';
import {
  connect,
  forwardPort,
  isReady,
  kinds,
  readKubeconfig,
  type ForwardedPort,
  type KubeClient,
  type Pod,
} from '../../kubernetes/index.ts';
import { OpenbellError, exitCodes, messageOf } from '../../support/index.ts';
import { nodePortOf } from '../node-port.ts';
import type {
  Capabilities,
  Cluster,
  ClusterProvider,
  CreateOptions,
  EntryPoint,
  ServicePort,
} from '../provider.ts';
import { kubernetesTimings, type ClusterSpec } from '../spec.ts';
import { nameImage, type ImageChoice } from './images.ts';
import { nodePower } from './node-power.ts';

export interface ExistingOptions extends ImageChoice {
  context: string;
  /** The context named a second time; nothing is done to a cluster that is not meant. */
  meant: string;
  kubeconfig?: string | undefined;
  /** How traffic gets in: a URL, `port-forward`, or what is found when left out. */
  entry?: string | undefined;
}

/** A cluster that somebody else runs, reached through a context of a kubeconfig. It is never created, changed or destroyed. */
export function existingProvider(options: ExistingOptions): ClusterProvider {
  return {
    name: 'existing',
    create: (spec, how) => attachTo(options, spec, how),
    attach: () =>
      Promise.reject(
        new OpenbellError('openbell keeps no cluster of others', {
          code: 'CLUSTER_NOT_FOUND',
          exitCode: exitCodes.clusterNotProvided,
          hint: 'Name it by its context: --on existing --context NAME',
        }),
      ),
  };
}

async function attachTo(
  options: ExistingOptions,
  spec: ClusterSpec,
  { signal, onProgress }: CreateOptions,
): Promise<Cluster> {
  const { context, meant, entry } = options;
  if (meant !== context) throw notMeant(context, meant);
  const { text, server } = await readKubeconfig(context, options.kubeconfig);
  onProgress(`connecting to ${server} (context ${context})`);
  const client = await connect(text);
  try {
    const kubernetesVersion = await client.version().catch((cause: unknown) => {
      throw new OpenbellError(`the cluster of context ${context} cannot be reached: ${messageOf(cause)}`, {
        code: 'CLUSTER_UNREACHABLE',
        exitCode: exitCodes.clusterNotProvided,
        hint: `Try: kubectl --context ${context} version`,
      });
    });
    signal.throwIfAborted();
    const nodesVisible = await mayListNodes(client, signal);
    const commands = nodePower(spec.nodePower ?? {});
    const capabilities: Capabilities = {
      power: commands.actions,
      components: new Set(),
      processImages: false,
      podNetworkReachable: false,
      dividesObjectSeconds: false,
      nodePort: null,
      nodesVisible,
      limitedRights: true,
    };
    const forwards: ForwardedPort[] = [];
    const lost = new AbortController();
    return {
      name: context,
      shared: true,
      lost: lost.signal,
      capabilities,
      facts: {
        kubernetesVersion,
        notFollowed: notFollowed(spec),
        facts: { context, 'API server': server },
        // What the cluster was started with cannot be read through its API.
        timings: kubernetesTimings,
        nodeNames: {},
      },
      kubeconfig: () => text,
      kubeconfigPath: () => options.kubeconfig ?? '',
      async entryPoint(service) {
        const found = await findEntry(client, service, { entry, nodesVisible, signal });
        if (found !== null) return found;
        const forward = await forwardTo(text, client, service);
        forwards.push(forward);
        return {
          url: new URL(`http://127.0.0.1:${forward.port}`),
          caution:
            'Traffic went in through a port-forward of the API server: its latency is not the Service’s, no Service balanced it, and under faults it says little.',
        };
      },
      loadImage: (image) => nameImage(image, options, { signal, onProgress }),
      power: commands.power,
      component: (name) =>
        Promise.reject(
          new OpenbellError(`${name} of a cluster that is not ours is not stopped`, {
            code: 'COMPONENT_UNSUPPORTED',
          }),
        ),
      logs: () => Promise.resolve({}),
      destroy() {
        for (const forward of forwards.splice(0)) forward.close();
        client.close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

function notMeant(context: string, meant: string): OpenbellError {
  return new OpenbellError(`expected the context to be named twice, got "${context}" and "${meant}"`, {
    code: 'CONTEXT_NOT_MEANT',
    exitCode: exitCodes.usage,
    hint: `If that is the cluster you mean: --context ${context} --i-mean ${context}`,
  });
}

/** What the scenario asks of a cluster that is as it is. */
function notFollowed({ timings }: ClusterSpec): string[] {
  const differs = Object.entries(kubernetesTimings).some(
    ([name, value]) => timings[name as keyof typeof timings] !== value,
  );
  const whose =
    "The cluster's timers are its own and cannot be read; Kubernetes' defaults are shown in their place";
  return [
    differs ? `${whose}, and the scenario's speed-up and timers have no effect.` : `${whose}.`,
    "The cluster's nodes are as they are: the scenario's workers, capacity and labels have no effect.",
  ];
}

async function mayListNodes(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const { status } = await client.apply(
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { resource: 'nodes', verb: 'watch' } },
      status: { allowed: false },
    },
    { signal },
  );
  return status.allowed;
}

interface EntryOptions {
  entry: string | undefined;
  nodesVisible: boolean;
  signal: AbortSignal;
}

/** A way in that exists: the one that was given, a load balancer's address, or a node's that answers from here. */
async function findEntry(
  client: KubeClient,
  place: ServicePort,
  { entry, nodesVisible, signal }: EntryOptions,
): Promise<EntryPoint | null> {
  if (entry === 'port-forward') return null;
  if (entry !== undefined) return { url: new URL(entry) };
  const { service, port } = place;
  const [ingress] = service.status?.loadBalancer?.ingress ?? [];
  const host = ingress?.ip ?? ingress?.hostname;
  if (host !== undefined) return { url: new URL(`http://${host}:${port}`) };
  if (!nodesVisible) return null;
  const nodePort = nodePortOf(place);
  const nodes = (await client.list(kinds.node, { signal })).filter((node) => isReady(node));
  // A control-plane node first: faults choose among the others.
  const byRole = nodes.toSorted((a, b) => Number(isWorker(a)) - Number(isWorker(b)));
  const addresses = byRole.flatMap(({ status }) =>
    (status?.addresses ?? [])
      .filter(({ type }) => type === 'ExternalIP' || type === 'InternalIP')
      .map(({ address }) => address),
  );
  for (const address of addresses) {
    if (!(await accepts(address, nodePort))) continue;
    return { url: new URL(`http://${address.includes(':') ? `[${address}]` : address}:${nodePort}`) };
  }
  return null;
}

function isWorker({ metadata }: { metadata?: { labels?: Record<string, string> } }): boolean {
  return metadata?.labels?.['node-role.kubernetes.io/control-plane'] === undefined;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = reach({ host, port, timeout: 1_000 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('timeout', done(false)).once('error', done(false));
  });
}

/** Connections go to the Service's ready pods in turn. */
async function forwardTo(
  kubeconfig: string,
  client: KubeClient,
  { service, port }: ServicePort,
): Promise<ForwardedPort> {
  const { namespace = 'default' } = service.metadata ?? {};
  const labelSelector = Object.entries(service.spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const watching = new AbortController();
  const pods = client.watch(kinds.pod, { namespace, labelSelector, signal: watching.signal });
  const target = service.spec?.ports?.find((candidate) => candidate.port === port)?.targetPort ?? port;
  let turn = 0;
  const forwarded = await forwardPort(kubeconfig, {
    namespace,
    choose: () => {
      const ready = pods.objects().filter((pod) => isReady(pod));
      turn += 1;
      const pod = ready[turn % Math.max(1, ready.length)];
      const podPort = pod === undefined ? undefined : portOf(pod, target);
      return podPort === undefined ? undefined : { pod: pod?.metadata?.name ?? '', port: podPort };
    },
  });
  return {
    port: forwarded.port,
    close: () => {
      watching.abort();
      forwarded.close();
    },
  };
}

/** The number of a pod's port, which a Service may name. */
function portOf({ spec }: Pod, target: string | number): number | undefined {
  if (typeof target === 'number') return target;
  return spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === target)
    ?.containerPort;
}
