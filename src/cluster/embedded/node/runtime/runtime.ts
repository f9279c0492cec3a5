import { join } from 'node:path';
import type { Container, ContainerSpec } from './container.ts';
import type { CpuControl } from './cpu/index.ts';
import type { GroupsFile } from './groups-file.ts';
import { ProcessContainer } from './process-container.ts';

/**
 * Runs containers as OS processes and knows them until they are removed, also while no kubelet is there: like a container
 * runtime on a node, it outlives the kubelet's restarts.
 */
export class ContainerRuntime {
  readonly #runDir: string;
  readonly #groups: GroupsFile;
  readonly #cpu: CpuControl;
  readonly #containers = new Map<string, ProcessContainer>();

  constructor({ runDir, groups, cpu }: { runDir: string; groups: GroupsFile; cpu: CpuControl }) {
    this.#runDir = runDir;
    this.#groups = groups;
    this.#cpu = cpu;
  }

  /** How CPU limits are enforced here, one sentence. */
  get cpuLimits(): string {
    return this.#cpu.description;
  }

  /** Starts a container. @throws the OS's error when its program cannot be started. */
  async start(spec: ContainerSpec): Promise<Container> {
    const container = await ProcessContainer.start(spec, {
      groups: this.#groups,
      cpu: this.#cpu,
      logPath: this.#logPath(spec),
    });
    this.#containers.set(spec.id, container);
    return container;
  }

  /** Every container of a pod that was not removed, oldest first, whether it runs or has ended. */
  containersOf(podUid: string): Container[] {
    return [...this.#containers.values()].filter((container) => container.spec.pod.uid === podUid);
  }

  /** Every container that was not removed. */
  containers(): Container[] {
    return [...this.#containers.values()];
  }

  /** Forgets the containers of a pod; they must have ended. Their logs stay. */
  removePod(podUid: string): void {
    for (const { spec } of this.containersOf(podUid)) this.#containers.delete(spec.id);
  }

  /** Ends every container, waiting `graceMs` after SIGTERM, and undoes what the CPU limits left in the OS. */
  async close(graceMs: number): Promise<void> {
    const containers = [...this.#containers.values()];
    for (const container of containers) void container.stop(graceMs);
    await Promise.all(containers.map((container) => container.gone));
    this.#cpu.close();
  }

  #logPath({ pod, name, restartCount }: ContainerSpec): string {
    return join(this.#runDir, 'pods', `${pod.namespace}_${pod.name}_${pod.uid}`, name, `${restartCount}.log`);
  }
}
