/** Workers that are prepared with the cluster and join it later: their machines run, their kubelets do not. */
import { forgetNode, isNotFound, isReady, kinds, type KubeClient } from '../../kubernetes/index.ts';
import { until } from '../../support/index.ts';
import type { KindTools } from './tools.ts';

const joinDeadlineMs = 90_000;

/** Makes a worker a spare: no process of Kubernetes runs on it, and the cluster does not know it. */
export async function setAside(tools: KindTools, client: KubeClient, node: string): Promise<void> {
  // One whose run was killed may be on its way in or out: the cluster does not know it then.
  await client.patch(kinds.node, node, { spec: { unschedulable: true } }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  await leave(tools, node);
  await forgetNode(client, node);
}

/**
 * Stops a worker's kubelet and everything it had started. The network's configuration goes with it: a node that joins anew is
 * given other addresses for its pods.
 *
 * @returns what proved it, one sentence.
 */
export async function leave({ docker }: KindTools, node: string): Promise<string> {
  const script = [
    'systemctl disable --now kubelet 2>/dev/null',
    'crictl --timeout 30s rmp --all --force >/dev/null 2>&1 || true',
    'rm -f /etc/cni/net.d/*',
    'systemctl is-active kubelet || true',
  ].join('; ');
  const state = (await docker(['exec', node, 'sh', '-c', script])).trim();
  if (state !== 'inactive' && state !== 'failed') throw new Error(`the kubelet of ${node} is ${state}`);
  return `the kubelet of ${node} is stopped, with all its pods`;
}

/** Lets a spare join; resolves when it is Ready. @returns what proved it, one sentence. */
export async function join(
  { docker }: KindTools,
  client: KubeClient,
  { node, labels }: { node: string; labels: Record<string, string> },
): Promise<string> {
  await docker(['exec', node, 'systemctl', 'enable', '--now', 'kubelet']);
  const known = async (): Promise<boolean> => {
    await client.patch(kinds.node, node, { metadata: { labels } });
    return true;
  };
  // Before it is Ready: a pod may choose it by a label.
  await until(known, { what: `${node} to register`, deadlineMs: joinDeadlineMs, everyMs: 100 });
  await until(async () => isReady(await client.get(kinds.node, node)), {
    what: `${node} to be Ready`,
    deadlineMs: joinDeadlineMs,
    everyMs: 100,
  });
  return `the kubelet of ${node} was started and reports Ready`;
}

/** Whether a spare's kubelet was told to run, by a run that did not get round to taking it back. */
export async function hasJoined({ docker }: KindTools, node: string): Promise<boolean> {
  const state = await docker(['exec', node, 'sh', '-c', 'systemctl is-enabled kubelet || true']);
  return state.trim() === 'enabled';
}
