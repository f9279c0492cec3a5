import { connect, readKubeconfig, type ForwardedPort, type KubeClient } from '../../kubernetes/index.ts';
import { OpenbellError, exitCodes, messageOf } from '../../support/index.ts';
import type { Capabilities, Cluster, ClusterProvider, CreateOptions } from '../provider.ts';
import { kubernetesTimings, type ClusterSpec } from '../spec.ts';
import { versionDifference } from '../version.ts';
import { findEntry } from './entry.ts';
import { forwardTo } from './forward.ts';
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
        notFollowed: [...notFollowed(spec), ...versionDifference(spec.kubernetesVersion, kubernetesVersion)],
        facts: { context, 'API server': server },
        // What the cluster was started with cannot be read through its API.
        timings: kubernetesTimings,
        nodeNames: {},
      },
      kubeconfig: () => text,
      kubeconfigPath: () => options.kubeconfig ?? '',
      async entryPoint(service) {
        const found = await findEntry(client, service, { entry, nodesVisible, signal, onProgress });
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
