import {
  forwardPort,
  isReady,
  kinds,
  type ForwardedPort,
  type KubeClient,
  type Pod,
} from '../../kubernetes/index.ts';
import type { ServicePort } from '../provider.ts';

/** Connections go to the Service's ready pods in turn. */
export async function forwardTo(
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
