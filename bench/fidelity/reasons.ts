/** Why steps differ, and what was done about it. Kept beside the scenarios, for whoever reads the figures asks at once. */
import type { ScenarioName } from './names.ts';

const writes =
  'kind’s API server writes each change to etcd and to disk, and control plane, nodes and load share the machine; the embedded one keeps its state in memory. A cost, left as it is';
const containers =
  'what a container costs: volumes for its token, a sandbox with its network, the container itself; a process starts in milliseconds. Offered as `embedded.containerStart`. On both sides the kubelet learns of the start at its next look, 0–1 s later (`podRelist`): the embedded one used to know at once and now follows';
const probes =
  'a container’s cost again: the startup probe’s ticks (1 s) count from when the kubelet begins with the pod’s containers, so that a later start catches a later tick; on kind that is once volumes are mounted. The embedded kubelet used to count from the process’s start and now follows; with `embedded.containerStart` the start moves to a later tick as well';
const proxy =
  'a change of endpoints within 1 s of another waits for kube-proxy’s next update (`proxyMinSync`), and the pod’s own steps before it come closer together or further apart. The embedded kube-proxy used to update at once and now follows';
const metrics =
  'up to a resolution (10 s) by where in it the load rose, plus the age of the kubelet’s measurements (1–2 s here). The embedded kubelet used to measure at the instant of publication, each node at its own; it now follows, and on kind kubelets measure more often than by default (`cpuHousekeeping`)';

/** By step, or by scenario and step where it is about that one only. */
const reasons: Record<string, string> = {
  detected: writes,
  'node-loss/detected':
    'by up to 1.5 s at random on either side: when the node’s last heartbeat (1 s) was, and the control plane’s look at it (0.5 s); and `docker kill` takes about 0.3 s to end a container, a process group ends in 10 ms',
  'out of rotation': writes,
  'node-loss/out of rotation':
    'kind marks the two pods one after the other, milliseconds apart. Where the EndpointSlice controller then does not see its own first write in its cache, it comes back after 1 s, its first back-off; the embedded control plane’s cache shows a write at once. A race that a slower API server loses; not imitated',
  'replacement created': writes,
  'node-loss/replacement created':
    'the toleration (5 s) is the same; kind marks the node for eviction in a pass of its own every 100 ms, whatever the speed-up, and each taint and eviction is a write to disk',
  scheduled: writes,
  'pods created': writes,
  started: containers,
  ready: probes,
  'in rotation': writes,
  'first request served': proxy,
  'outage, as clients saw it':
    'what comes of the steps above, and of one of few requests having met the lost pod at the last moment',
  'visible in metrics': metrics,
  decision: metrics,
  'all new pods in rotation': 'the sum of the steps above',
};

/** What is known of a difference; empty where nobody found out yet. */
export function reasonOf(scenario: ScenarioName, step: string): string[] {
  const reason = reasons[`${scenario}/${step}`] ?? reasons[step];
  return reason === undefined ? [] : [reason];
}
