/** What a container asked of the CPU, in thousandths of a core. */
export interface CpuShare {
  /** null: no limit. */
  limitMilli: number | null;
  requestMilli: number;
}

/** What a container used since it started. */
export interface Usage {
  cpuNanos: number;
  memoryBytes: number;
}

/** A container under a CPU control. */
export interface CpuHandle {
  /** What the OS says about all its processes together; undefined when they are gone. */
  usage(): Promise<Usage | undefined>;
  /** Kills also those of its processes that left the process group, as far as the OS lets them be found. */
  killStrays(): void;
  /** Ends the control; call it when the processes are gone. */
  release(): void;
}

/** A way to keep containers inside their CPU limits and to measure them. */
export interface CpuControl {
  readonly kind: 'cgroup2' | 'cgroup1' | 'duty-cycle' | 'off';
  /** One sentence for a report: how limits are enforced and usage is measured. */
  readonly description: string;
  /** Takes in a process that was started a moment ago, as the leader of its process group. */
  attach(container: { id: string; pid: number; share: CpuShare }): CpuHandle;
  /** Removes what the control left in the OS. */
  close(): void;
}

/** The period of the kernel's own CPU bandwidth control. */
export const periodMs = 100;

/** What the kernel lets a container with this limit use in one period, in µs; its least is 1 ms. */
export function quotaUs(limitMilli: number): number {
  return Math.max(1_000, limitMilli * periodMs);
}

/** A request as the kubelet converts it for cgroup v1: 1024 shares are one core, 2 the least the kernel takes. */
export function cpuShares(requestMilli: number): number {
  return Math.max(2, Math.floor((requestMilli * 1024) / 1000));
}
