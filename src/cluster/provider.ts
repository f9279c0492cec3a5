import type { Service } from '../kubernetes/index.ts';
import type { ClusterSpec, Component, Timings } from './spec.ts';

/**
 * Where a cluster runs. Callers branch on {@link Capabilities}, never on the provider's name. Everything that the Kubernetes
 * API can do is done through the API; a provider does only what it cannot.
 */
export interface ClusterProvider {
  readonly name: 'embedded' | 'kind' | 'existing';

  /**
   * Boots a cluster and resolves when its API server answers and every node is Ready. What was started is ended again
   * when this fails or `signal` aborts, and also when this process is killed, unless `keep` is set.
   *
   * @throws {OpenbellError} exit code 106, with what to do about it.
   */
  create(spec: ClusterSpec, options: CreateOptions): Promise<Cluster>;

  /** A cluster that an earlier process created with `keep`. @throws {OpenbellError} `CLUSTER_NOT_FOUND`. */
  attach(name: string): Promise<Cluster>;
}

export interface CreateOptions {
  /** The cluster outlives this process. */
  keep: boolean;
  /** One that was kept, is like the asked one and is not in use may serve instead of a new one; no when left out. */
  reuse?: boolean;
  signal: AbortSignal;
  /** Called with each step of the boot, for progress lines. */
  onProgress: (message: string) => void;
}

/** A cluster that runs. */
export interface Cluster {
  readonly name: string;
  /** It was there before and stays after {@link destroy}, which only lets it go: what was made in it is to be removed. */
  readonly shared: boolean;
  readonly capabilities: Capabilities;
  readonly facts: ClusterFacts;
  /** Aborts, its reason an OpenbellError, when the cluster ended or cannot work any more though nobody destroyed it. */
  readonly lost: AbortSignal;

  /** Kubeconfig with one context, as YAML text. */
  kubeconfig(): string;
  /** Path of a kubeconfig file for people (`kubectl --kubeconfig …`); it goes with the cluster. */
  kubeconfigPath(): string;

  /** Where a Service is reached from this host. Never on a worker if that can be had, so that it survives them. */
  entryPoint(service: ServicePort): Promise<EntryPoint>;

  /** Makes an image known to every node that runs pods. @returns the name by which pods are to name it. */
  loadImage(image: Image): Promise<string>;

  /**
   * Changes a machine's power. Resolves when it was seen to have happened (the node's processes are gone, stopped,
   * started). `kill`: power loss, at once. `pause`: everything on the node hangs, its connections stay open; `resume`
   * undoes it. `start`: power comes back after `kill`. `disconnect`: its network link is cut, everything on it goes on;
   * `connect` undoes it. `add`: a new worker joins, and is Ready. `remove`: it
   * is shut down; its Node object stays.
   *
   * @returns what proved it, one sentence.
   */
  power(node: string, action: PowerAction): Promise<string>;

  /**
   * Stops or starts a component; `node` for those that run per node. Resolves when it was seen to have happened. Starting what
   * runs is fine.
   *
   * @returns what proved it, one sentence.
   */
  component(name: Component, action: 'stop' | 'start', node?: string): Promise<string>;

  /** What the cluster's own processes printed, newest last, at most `lines` of each. */
  logs(lines: number): Promise<Record<string, string>>;

  /** Ends the cluster; nothing of it is left when this resolves. Safe to call twice. */
  destroy(): Promise<void>;
}

/** A Service as the API server knows it, and the one of its ports that is meant. */
export interface ServicePort {
  service: Service;
  port: number;
}

/** The way into a cluster. */
export interface EntryPoint {
  url: URL;
  /** What a reader of the figures should know of it, one sentence. */
  caution?: string;
}

export type PowerAction = 'kill' | 'pause' | 'resume' | 'start' | 'disconnect' | 'connect' | 'add' | 'remove';

/** What a cluster can do. */
export interface Capabilities {
  power: ReadonlySet<PowerAction>;
  components: ReadonlySet<Component>;
  /** Images may be programs on this machine. */
  processImages: boolean;
  /** Pod addresses can be reached from this host. */
  podNetworkReachable: boolean;
  /** Seconds written in objects (probes, grace, …) are nominal: the cluster divides them by the speed-up itself. */
  dividesObjectSeconds: boolean;
  /** The only node port that {@link Cluster.entryPoint} reaches; null: it reaches every one. */
  nodePort: number | null;
  /** We may see the nodes. */
  nodesVisible: boolean;
  /** Rights in it are limited: what a run needs is asked for before anything is made. */
  limitedRights: boolean;
}

/** What a report says about a cluster. */
export interface ClusterFacts {
  kubernetesVersion: string;
  /** Requested timings that could not be followed, each as a sentence. */
  notFollowed: string[];
  /** Facts about the substrate: how CPU limits are enforced, addresses, … */
  facts: Record<string, string>;
  /** The timings in force. */
  timings: Timings;
  /** What the cluster calls the workers that the spec names, where it calls them otherwise. */
  nodeNames: Record<string, string>;
}

/** An image a pod may name: a program on this machine (embedded) that can also be had as a container image. */
export type Image = ProcessImage;

/** A program that stands for a container image on the embedded cluster. */
export interface ProcessImage {
  /** The name pods use, with tag: `openbell/sample-api:1`. */
  name: string;
  /** Program and arguments; `node` stands for the Node.js that runs openbell. */
  command: string[];
  /** Absolute working directory. */
  workingDir: string;
  /** Environment baked into the image. */
  env: Record<string, string>;
  /**
   * Lays out the build context of the container image of the same name in an empty folder. Left out: it is built from the
   * Dockerfile in `workingDir`, if there is one, or is there already.
   */
  layOut?: (folder: string) => Promise<unknown>;
  /** Pods of it may run on the control-plane node too. */
  onControlPlane?: boolean;
}
