import type { JournalEvent, PodObserved } from '../../src/journal/index.ts';
import { seededRandom, type Random } from '../../src/support/index.ts';

/** A pod of the imitated cluster with the instants of its life; null while they lie ahead. */
export interface SyntheticPod {
  name: string;
  uid: string;
  node: string | null;
  ip: string;
  createdT: number;
  startedT: number | null;
  readyT: number | null;
  /** Its endpoint is ready in the slice. */
  inRotationT: number | null;
  outOfRotationT: number | null;
  /** Its process is gone: from here on nobody answers at its address. */
  deadT: number | null;
  deletedT: number | null;
  terminating: boolean;
}

type ClusterEventParts = Pick<
  Extract<JournalEvent, { type: 'k8s.event' }>,
  'reason' | 'message' | 'component'
>;

const owner = 'sample-api-6d5f9c7b48';

/**
 * Imitates the watch events that a small cluster sends for one Deployment: no behaviour of Kubernetes, only the order and
 * the delays of what an observer sees. Things happen when {@link at} says; {@link play} runs them in order.
 */
export class SyntheticCluster {
  readonly events: JournalEvent[] = [];
  readonly pods: SyntheticPod[] = [];
  readonly #random: Random;
  readonly #agenda: { t: number; act: () => void }[] = [];
  readonly #lostNodes = new Set<string>();
  readonly #workers: string[];
  #now = 0;
  #specReplicas = 0;

  constructor(seed: number, workers: string[]) {
    this.#random = seededRandom(seed);
    this.#workers = workers;
  }

  at(t: number, act: () => void): void {
    this.#agenda.push({ t, act });
  }

  play(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#now = next.t;
      next.act();
    }
  }

  #next(): { t: number; act: () => void } | undefined {
    this.#agenda.sort((a, b) => a.t - b.t);
    return this.#agenda.shift();
  }

  /** About `ms`, give or take a fifth. */
  jitter(ms: number): number {
    return ms * (0.8 + 0.4 * this.#random());
  }

  nodes(states: Record<string, 'True' | 'False' | 'Unknown'>, change: 'added' | 'modified'): void {
    for (const [name, ready] of Object.entries(states)) {
      this.events.push({
        t: this.#now,
        type: 'k8s.node',
        change,
        name,
        role: name === 'control-plane' ? 'control-plane' : 'worker',
        ready,
        unschedulable: false,
        taints: ready === 'True' ? [] : ['node.kubernetes.io/unreachable:NoExecute'],
        allocatableCpuMilli: 2000,
      });
    }
  }

  event(object: string, parts: ClusterEventParts, severity: 'Normal' | 'Warning' = 'Normal'): void {
    const [kind = '', name = ''] = object.split('/');
    this.events.push({
      t: this.#now,
      type: 'k8s.event',
      severity,
      object: { kind, name },
      count: 1,
      ...parts,
    });
  }

  /** The Deployment is told to have this many pods; creates or ends some. */
  scaleTo(replicas: number): void {
    const before = this.#specReplicas;
    this.#specReplicas = replicas;
    this.#deployment();
    if (before > 0 && before !== replicas) {
      const direction = replicas > before ? 'up' : 'down';
      this.event('Deployment/sample-api', {
        reason: 'ScalingReplicaSet',
        message: `Scaled ${direction} replica set ${owner} to ${replicas} from ${before}`,
        component: 'deployment-controller',
      });
    }
    const alive = this.pods.filter((pod) => pod.deletedT === null && !pod.terminating);
    for (let n = alive.length; n < replicas; n++) this.at(this.#now + this.jitter(25), () => this.#create());
    for (const pod of alive.slice(replicas)) this.at(this.#now + this.jitter(20), () => this.#terminate(pod));
  }

  /** Force-deletes a pod: its process is gone at once, and so is the object. */
  kill(pod: SyntheticPod): void {
    pod.deadT = this.#now;
    this.at(this.#now + 4, () => {
      pod.terminating = true;
      this.#delete(pod);
    });
    this.at(this.#now + this.jitter(22), () => this.endpoints());
    this.at(this.#now + this.jitter(35), () => this.#create());
  }

  /** Power loss of a node, at once; the cluster notices after `graceMs` and replaces the pods `tolerationMs` later. */
  lose(node: string, graceMs: number, tolerationMs: number): void {
    const victims = this.pods.filter((pod) => pod.node === node && pod.deletedT === null);
    for (const pod of victims) pod.deadT = this.#now;
    this.#lostNodes.add(node);
    this.at(this.#now + graceMs, () => {
      this.nodes({ [node]: 'Unknown' }, 'modified');
      this.event(
        `Node/${node}`,
        {
          reason: 'NodeNotReady',
          message: `Node ${node} status is now: NodeNotReady`,
          component: 'node-controller',
        },
        'Warning',
      );
      for (const pod of victims) {
        pod.readyT = null;
        this.#pod(pod, 'modified', 'Running', 'NodeLost');
      }
    });
    this.at(this.#now + graceMs + this.jitter(30), () => {
      this.endpoints();
      this.#deployment();
    });
    this.at(this.#now + graceMs + tolerationMs, () => {
      for (const pod of victims) {
        pod.terminating = true;
        this.event(
          `Pod/${pod.name}`,
          {
            reason: 'TaintManagerEviction',
            message: `Marking for deletion Pod openbell/${pod.name}`,
            component: 'taint-eviction-controller',
          },
          'Warning',
        );
        this.#pod(pod, 'modified', 'Running', 'NodeLost');
        this.at(this.#now + this.jitter(40), () => this.#create());
      }
    });
  }

  /** The power comes back: the node reports, its old pods are removed. */
  restore(node: string): void {
    this.#lostNodes.delete(node);
    this.nodes({ [node]: 'True' }, 'modified');
    for (const pod of this.pods)
      if (pod.node === node && pod.terminating && pod.deletedT === null) this.#delete(pod);
  }

  #create(): void {
    const n = this.pods.length + 1;
    const suffix = Math.floor(this.#random() * 36 ** 5)
      .toString(36)
      .padStart(5, '0');
    const pod: SyntheticPod = {
      name: `${owner}-${suffix}`,
      uid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      node: null,
      ip: `127.77.1.${n}`,
      createdT: this.#now,
      startedT: null,
      readyT: null,
      inRotationT: null,
      outOfRotationT: null,
      deadT: null,
      deletedT: null,
      terminating: false,
    };
    this.pods.push(pod);
    this.#pod(pod, 'added', 'Pending', null);
    this.#deployment();
    this.at(this.#now + this.jitter(15), () => {
      pod.node = this.#emptiestWorker();
      this.event(`Pod/${pod.name}`, {
        reason: 'Scheduled',
        message: `Successfully assigned openbell/${pod.name} to ${pod.node}`,
        component: 'default-scheduler',
      });
      this.#pod(pod, 'modified', 'Pending', 'ContainerCreating');
    });
    const startedT = this.#now + 20 + this.jitter(70);
    this.at(startedT, () => {
      pod.startedT = this.#now;
      this.#pod(pod, 'modified', 'Running', null);
    });
    this.at(startedT + this.jitter(650), () => {
      pod.readyT = this.#now;
      this.#pod(pod, 'modified', 'Running', null);
      this.#deployment();
      this.at(this.#now + this.jitter(18), () => this.endpoints());
    });
  }

  #emptiestWorker(): string {
    const load = (node: string): number =>
      this.pods.filter((pod) => pod.node === node && pod.deletedT === null && !pod.terminating).length;
    const up = this.#workers.filter((node) => !this.#lostNodes.has(node));
    return up.reduce((best, node) => (load(node) < load(best) ? node : best));
  }

  #terminate(pod: SyntheticPod): void {
    pod.terminating = true;
    this.event(`Pod/${pod.name}`, {
      reason: 'Killing',
      message: 'Stopping container sample-api',
      component: 'kubelet',
    });
    this.#pod(pod, 'modified', 'Running', null);
    this.at(this.#now + this.jitter(20), () => this.endpoints());
    this.at(this.#now + this.jitter(260), () => {
      pod.deadT = this.#now;
      this.#delete(pod);
      this.#deployment();
    });
  }

  #delete(pod: SyntheticPod): void {
    pod.deletedT = this.#now;
    this.#pod(pod, 'deleted', 'Running', null);
  }

  #pod(pod: SyntheticPod, change: PodObserved['change'], phase: string, reason: string | null): void {
    this.events.push({
      t: this.#now,
      type: 'k8s.pod',
      change,
      name: pod.name,
      uid: pod.uid,
      node: pod.node,
      phase,
      ready: pod.readyT !== null && pod.deletedT === null,
      started: pod.startedT !== null,
      restarts: 0,
      reason,
      ip: pod.startedT === null ? null : pod.ip,
      owner,
      terminating: pod.terminating,
      createdT: Math.floor(pod.createdT / 1000) * 1000,
    });
  }

  #deployment(): void {
    const alive = this.pods.filter((pod) => pod.deletedT === null && !pod.terminating);
    this.events.push({
      t: this.#now,
      type: 'k8s.deployment',
      name: 'sample-api',
      specReplicas: this.#specReplicas,
      replicas: alive.length,
      readyReplicas: alive.filter((pod) => pod.readyT !== null).length,
      updatedReplicas: alive.length,
    });
  }

  /** Publishes the slice: what is ready and not leaving gets traffic from now on. */
  endpoints(): void {
    const listed = this.pods.filter((pod) => pod.startedT !== null && pod.deletedT === null);
    for (const pod of this.pods) {
      const inRotation = listed.includes(pod) && pod.readyT !== null && !pod.terminating;
      if (inRotation) pod.inRotationT ??= this.#now;
      else if (pod.inRotationT !== null) pod.outOfRotationT ??= this.#now;
    }
    this.events.push({
      t: this.#now,
      type: 'k8s.endpoints',
      service: 'sample-api',
      endpoints: listed.map((pod) => ({
        pod: pod.name,
        node: pod.node,
        ip: pod.ip,
        ready: pod.readyT !== null && !pod.terminating,
        serving: pod.readyT !== null,
        terminating: pod.terminating,
      })),
    });
  }
}
