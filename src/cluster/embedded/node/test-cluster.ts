/** For tests: a node with a real runtime on an API in this process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../support/index.ts';
import type { ProcessImage } from '../../provider.ts';
import { effectiveTimings } from '../../spec.ts';
import { ApiError, resources, type Api } from '../api.ts';
import type { NodeConfig } from '../config.ts';
import { createApiContext, createLocalApi } from '../control-plane/api-server/index.ts';
import type { Pod } from '../objects.ts';
import { Link } from '../link.ts';
import { EmbeddedNode } from './node.ts';

type PodSpec = NonNullable<Pod['spec']>;
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

const speedup = 50;
export const nodeName = 'worker-1';

/** A program that answers HTTP on POD_IP:PORT; `/flip` makes `/ready` fail from then on, `/die` ends it. */
const webServer = `
  let ready = true;
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/flip') ready = false;
    if (request.url === '/die') process.exit(7);
    response.statusCode = request.url === '/ready' && !ready ? 503 : 200;
    response.end(JSON.stringify(process.env));
  });
  server.listen(Number(process.env.PORT), process.env.POD_IP, () => console.log('listening'));
  process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); });
`;

export const images: ProcessImage[] = [
  { name: 'web:1', command: ['node', '-e', webServer], workingDir: tmpdir(), env: { FROM_IMAGE: 'yes' } },
  { name: 'shell:1', command: ['sh', '-c'], workingDir: tmpdir(), env: {} },
];

/** A container of the first image. */
export const web = (more: object = {}) => ({
  name: 'web',
  image: 'web:1',
  ports: [{ containerPort: 8080 }],
  ...more,
});
/** A container that runs a shell script. */
export const shell = (script: string, more: object = {}) => ({
  name: 'main',
  image: 'shell:1',
  args: [script],
  ...more,
});
/** Probes whose verdict does not depend on how busy the machine is. */
export const patient = { timeoutSeconds: 100, periodSeconds: 1 };
/** Asks the web container of a pod. */
export const get = async (pod: Pod, path = '/'): Promise<Response> =>
  fetch(`http://${pod.status?.podIP}:8080${path}`);

export class TestCluster {
  readonly runDir = mkdtempSync(join(tmpdir(), 'openbell-node-'));
  readonly api: Api;
  readonly config: NodeConfig;
  readonly messages: string[] = [];
  node: EmbeddedNode;

  static async start(overrides: Partial<NodeConfig> = {}): Promise<TestCluster> {
    // A block of addresses of our own while several test processes run.
    const addresses = overrides.addresses ?? { mode: 'range', block: freeBlock() };
    const timings = overrides.timings ?? effectiveTimings(speedup);
    const context = await createApiContext({ timings, addresses });
    const cluster = new TestCluster(createLocalApi(context), { ...overrides, addresses, timings });
    await cluster.node.ready;
    return cluster;
  }

  private constructor(api: Api, overrides: Pick<NodeConfig, 'addresses' | 'timings'> & Partial<NodeConfig>) {
    this.api = api;
    this.config = {
      clusterName: `test-${process.pid}`,
      runDir: this.runDir,
      index: 1,
      role: 'worker',
      node: { name: nodeName, cpuMilli: 4000, memoryBytes: 2 ** 30, maxPods: 110, labels: { zone: 'a' } },
      apiServerUrl: '',
      tls: { ca: '', cert: '', key: '' },
      imagesFile: join(this.runDir, 'images.json'),
      groupsFile: join(this.runDir, 'groups'),
      containerStartMs: 0,
      cpuLimits: 'off',
      ...overrides,
    };
    this.loadImages(images);
    this.node = this.#boot();
  }

  loadImages(known: ProcessImage[]): void {
    writeFileSync(this.config.imagesFile, JSON.stringify(known));
  }

  /** The node comes back as after a power cut: nothing of its earlier life is told to anybody. */
  async cutPowerAndBoot(): Promise<void> {
    for (const name of ['kubelet', 'kube-proxy']) this.node.component(name, 'stop');
    for (const group of this.groups()) process.kill(-group, 'SIGKILL');
    await this.node.shutDown();
    this.node = this.#boot();
    await this.node.ready;
  }

  groups(): number[] {
    return readFileSync(this.config.groupsFile, 'utf8').split('\n').filter(Boolean).map(Number);
  }

  async stop(): Promise<void> {
    await this.node.shutDown();
    rmSync(this.runDir, { recursive: true });
  }

  /** Creates a pod that is bound to the node. The first container is completed with what all need. */
  async createPod(name: string, spec: Partial<PodSpec> & { containers: object[] }): Promise<Pod> {
    return this.api.create(resources.pods, {
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec: { nodeName, terminationGracePeriodSeconds: 30, ...spec },
    });
  }

  async pod(name: string): Promise<Pod | undefined> {
    try {
      return await this.api.get(resources.pods, { namespace: 'default', name });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** Waits until the pod is as `look` wants it. */
  async podWhen(name: string, what: string, look: (pod: Pod) => boolean | undefined): Promise<Pod> {
    return until(
      async () => {
        const pod = await this.pod(name);
        return pod !== undefined && look(pod) === true ? pod : undefined;
      },
      { what: `pod ${name} to be ${what}`, deadlineMs: 8_000, everyMs: 5 },
    );
  }

  readyPod(name: string): Promise<Pod> {
    return this.podWhen(name, 'ready', (pod) => condition(pod, 'Ready') === 'True');
  }

  async goneWhen(name: string): Promise<void> {
    await until(async () => (await this.pod(name)) === undefined, {
      what: `pod ${name} to be gone`,
      deadlineMs: 8_000,
      everyMs: 5,
    });
  }

  /** Reasons and messages of a pod's events, oldest first. */
  async events(podName: string): Promise<string[]> {
    const { items } = await this.api.list(resources.events, { namespace: 'default' });
    return items
      .filter(({ involvedObject }) => involvedObject.name === podName)
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
      .map(({ reason, message }) => `${reason}: ${message}`);
  }

  log(pod: Pod, container: string, restartCount = 0): string {
    const { namespace, name, uid } = pod.metadata ?? {};
    const folder = join(this.runDir, 'pods', `${namespace}_${name}_${uid}`, container);
    return readFileSync(join(folder, `${restartCount}.log`), 'utf8');
  }

  #boot(): EmbeddedNode {
    const log = (message: string): void => void this.messages.push(message);
    return new EmbeddedNode({ config: this.config, api: this.api, link: new Link(), log });
  }
}

/** Two test files may run in one process, one after the other; and several processes at once. */
function freeBlock(): number {
  return 64 + ((process.pid + Math.trunc(Math.random() * 190)) % 190);
}

export function condition(pod: Pod, type: string): string | undefined {
  return pod.status?.conditions?.find((each) => each.type === type)?.status;
}

export function mainContainer(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}
