/** Boots the cluster under test once for all files, and ends it after them. */
import { tmpdir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { embeddedProvider } from '../../../src/cluster/embedded/provider.ts';
import { kindProvider } from '../../../src/cluster/kind/provider.ts';
import type { Cluster } from '../../../src/cluster/provider.ts';
import { effectiveTimings, type NodeSpec } from '../../../src/cluster/spec.ts';
import { hasKubectl } from './has-kubectl.ts';
import { nodeImageHere } from '../../kind/available.ts';
import { choiceVariable, type ContractChoice, type Target } from './target.ts';

const nominalToleration = { 'not-ready': 300, unreachable: 300 };
const workers = ['worker-1', 'worker-2', 'worker-3'];

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const choice = JSON.parse(
    process.env[choiceVariable] ?? '{"on":"embedded","speedup":10}',
  ) as ContractChoice;
  const { target, end } = choice.on === 'existing' ? given(choice) : await provided(choice.on, choice);
  project.provide('target', target);
  for (const reason of skipped(target)) console.warn(`contract: ${reason}`);
  return end;
}

/** What is not tested on this cluster, and why. */
function skipped({ on, power, components }: Target): string[] {
  const reasons: string[] = [];
  if (!hasKubectl()) reasons.push('the cases of kubectl are skipped: it is not on PATH');
  if (!power.includes('kill')) reasons.push('power cuts are skipped: nobody here has power over the nodes');
  if (!components.includes('scheduler'))
    reasons.push('stopped components are skipped: nobody here can stop them');
  if (on !== 'embedded')
    reasons.push('410 Expired is skipped: a young cluster remembers everything for minutes');
  return reasons;
}

interface Ready {
  target: Target;
  end: () => Promise<void>;
}

async function provided(on: 'embedded' | 'kind', choice: ContractChoice): Promise<Ready> {
  const { speedup } = choice;
  const image = choice.image ?? (on === 'embedded' ? 'contract/node:1' : 'node:24-slim');
  const cluster = await clusterFor(on, choice);
  const end = (): Promise<void> => (choice.cluster === undefined ? cluster.destroy() : Promise.resolve());
  try {
    await cluster.loadImage({ name: image, command: ['node'], workingDir: tmpdir(), env: {} });
  } catch (error) {
    await end();
    throw error;
  }
  const { capabilities, facts } = cluster;
  return {
    target: {
      on,
      kubeconfigPath: cluster.kubeconfigPath(),
      name: cluster.name,
      speedup,
      tolerationSeconds: capabilities.dividesObjectSeconds
        ? nominalToleration
        : {
            'not-ready': facts.timings.notReadyTolerationMs / 1000,
            unreachable: facts.timings.unreachableTolerationMs / 1000,
          },
      image,
      power: [...capabilities.power],
      components: [...capabilities.components],
      podNetworkReachable: capabilities.podNetworkReachable,
    },
    end,
  };
}

/** One of its own, or the kept one that was named. */
async function clusterFor(
  on: 'embedded' | 'kind',
  { speedup, timers = speedup, kindImage, cluster }: ContractChoice,
): Promise<Cluster> {
  const provider =
    on === 'embedded'
      ? embeddedProvider()
      : kindProvider({ image: kindImage ?? (await nodeImageHere()) ?? undefined });
  if (cluster !== undefined) return provider.attach(cluster);
  return provider.create(
    { name: `contract-${process.pid}`, workers: workers.map(worker), timings: effectiveTimings(timers) },
    { keep: false, signal: new AbortController().signal, onProgress: () => undefined },
  );
}

function worker(name: string): NodeSpec {
  return { name, cpuMilli: 4000, memoryBytes: 8 * 2 ** 30, maxPods: 110, labels: {} };
}

/** A cluster that runs already; nothing is done to its nodes. */
function given({ on, kubeconfig, image, speedup }: ContractChoice): Ready {
  if (kubeconfig === undefined || image === undefined) {
    throw new Error(`--on ${on} needs --kubeconfig FILE and --image NAME (an image with node on its PATH)`);
  }
  return {
    target: {
      on,
      kubeconfigPath: kubeconfig,
      name: null,
      speedup,
      tolerationSeconds: nominalToleration,
      image,
      power: [],
      components: [],
      podNetworkReachable: false,
    },
    end: () => Promise.resolve(),
  };
}
