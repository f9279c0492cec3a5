import type { Clock, Random } from '../../../../support/index.ts';
import type { Api } from '../../api.ts';
import type { NodeConfig } from '../../config.ts';
import type { Informer } from '../../informer.ts';
import type { Service } from '../../objects.ts';
import type { LocalServices } from '../kube-proxy/index.ts';
import type { ContainerRuntime } from '../runtime/index.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Relist } from './relist.ts';
import type { PodAddresses } from './pod-addresses.ts';

/** What outlives a stop and start of the kubelet, and what it is told. */
export interface KubeletOptions {
  api: Api;
  config: NodeConfig;
  runtime: ContainerRuntime;
  localServices: LocalServices;
  addresses: PodAddresses;
  clock: Clock;
  random: Random;
  log: (message: string) => void;
}

/** What the kubelet's parts share. */
export interface KubeletContext extends KubeletOptions {
  events: EventRecorder;
  services: Informer<Service>;
  relist: Relist;
  /** Aborts when the kubelet is stopped. */
  signal: AbortSignal;
}

/** Nominal seconds, as Kubernetes objects hold them, in effective milliseconds. */
export function effectiveMs({ config }: Pick<KubeletOptions, 'config'>, seconds: number): number {
  return (seconds * 1000) / config.timings.speedup;
}

/** Now as a time stamp; with milliseconds, because a sped-up cluster has much to tell within a second. */
export function timestamp({ clock }: Pick<KubeletOptions, 'clock'>, wall = clock.wall()): string {
  return new Date(wall).toISOString();
}
