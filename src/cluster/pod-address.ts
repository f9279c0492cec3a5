import type { Pod } from '../kubernetes/index.ts';
import { portMapAnnotation } from './embedded/config.ts';

/** Where a pod's port is reached from this host. */
export interface PodAddress {
  host: string;
  port: number;
}

/**
 * The address of a pod's container port, its first one unless told; null where the pod has no address or names no port.
 * Use it only where `capabilities.podNetworkReachable`.
 */
export function podAddress(pod: Pod, containerPort?: number): PodAddress | null {
  const host = pod.status?.podIP;
  const port =
    containerPort ?? pod.spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? null;
  if (host === undefined || port === null) return null;
  const map = pod.metadata?.annotations?.[portMapAnnotation];
  const mapped = map === undefined ? undefined : (JSON.parse(map) as Record<string, number>)[String(port)];
  return { host, port: mapped ?? port };
}
