import { expect, test } from 'vitest';
import { parseScenario } from '../index.ts';

const minimal = `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic:
  phases: [{ name: calm, duration: 40s, rate: 20/s }]
`;

test.each([
  [
    'has a version of Kubernetes without its last part',
    'cluster: { kubernetesVersion: "1.34" }',
    'cluster.kubernetesVersion: expected a version of Kubernetes such as 1.34.0',
  ],
  [
    'chooses among nodes that are not there yet',
    'faults: [{ type: add-node, at: 4s, node: worker-1 }]',
    'expected no node for add-node: the nodes that join are new',
  ],
  [
    'gives a node back while the API server is stopped',
    'faults: [{ type: stop-component, at: 4s, component: api-server, for: 5s }, { type: drain-node, at: 2s, for: 3s }]',
    'faults[1].for: expected an end at which the API server runs',
  ],
  [
    'stops no component',
    'faults: [{ type: stop-component, at: 4s }]',
    'expected a component beside it, such as component: scheduler, got none',
  ],
  [
    'has a component where none is stopped',
    'faults: [{ type: kill-node, at: 4s, component: kubelet }]',
    'expected no component for kill-node',
  ],
  [
    'chooses among what is there once',
    'faults: [{ type: stop-component, at: 4s, component: scheduler, node: worker-1 }]',
    'expected no node for the scheduler, which is there once',
  ],
  [
    'chooses pods through an API server that is stopped',
    'faults: [{ type: stop-component, at: 4s, component: api-server }, { type: kill-pod, at: 5s }]',
    'faults[1].at: expected an instant at which the API server runs',
  ],
])('a scenario is refused when it %s', async (_what, text, says) => {
  await expect(parseScenario(`${minimal}${text}\n`, 'probe.yaml')).rejects.toMatchObject({
    code: 'SCENARIO_INVALID',
    message: expect.stringContaining(says),
  });
});
