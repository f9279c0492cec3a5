import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { Deployment, Job, KubeObject, Pod, Service, Status } from '../../../src/kubernetes/objects.ts';
import { send, target } from '../support/client.ts';
import { test } from '../support/lab.ts';
import { pendingPod, replicated, service } from '../support/objects.ts';

describe('defaults', () => {
  test('of a pod', async ({ lab }) => {
    const { body } = await lab.create<Pod>('pods', {
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 80 }] }] },
    });
    expect(body.spec).toMatchObject({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      enableServiceLinks: true,
      securityContext: {},
      containers: [
        {
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          resources: {},
        },
      ],
    });
    expect(body.status).toMatchObject({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  test('of a pod: it tolerates lost nodes for a while', async ({ lab }) => {
    const { body } = await lab.create<Pod>('pods', pendingPod('a'));
    expect(body.spec?.tolerations).toEqual(
      Object.entries(target.tolerationSeconds).map(([what, tolerationSeconds]) => ({
        key: `node.kubernetes.io/${what}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds,
      })),
    );
  });

  test('of a Job: its labels are those of its pods', async ({ lab }) => {
    const template = { spec: { containers: [{ name: 'main', image: 'x' }], restartPolicy: 'Never' } };
    const { body } = await lab.create<Job>('jobs', {
      metadata: { name: 'a' },
      spec: { suspend: true, template },
    });
    expect(body.metadata?.labels).toEqual(body.spec?.template.metadata?.labels);
    expect(body.metadata?.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'a' });
  });

  test('of a pod: the priority of its class, which must exist', async ({ lab }) => {
    const classed = (priorityClassName: string): object => {
      const spec = { priorityClassName, containers: [{ name: 'main', image: 'x' }] };
      return { metadata: { name: 'a' }, spec };
    };
    const { code, body } = await lab.create('pods', classed('no-such-class'));
    expect(code).toBe(403);
    expect(body.message).toBe('pods "a" is forbidden: no PriorityClass with name no-such-class was found');
  });

  test('of a Deployment', async ({ lab }) => {
    const { body } = await lab.create<Deployment>(
      'deployments',
      replicated('Deployment', 'a', { replicas: 0 }),
    );
    expect(body.spec).toMatchObject({
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
  });

  test('of a Service', async ({ lab }) => {
    const { body } = await lab.create<Service>('services', service('a', { ports: [{ port: 80 }] }));
    expect(body.spec).toMatchObject({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      clusterIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    });
    expect(body.spec?.clusterIPs).toEqual([body.spec?.clusterIP]);
    expect(body).toMatchObject({ status: { loadBalancer: {} } });
  });
});

interface Row {
  object: KubeObject;
  defaulted?: KubeObject;
  status?: Status;
}

const rows = readFileSync('test/oracles/defaulting-and-validation.ndjson', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

const paths: Record<string, string> = {
  ConfigMap: '/api/v1/namespaces/NS/configmaps',
  Deployment: '/apis/apps/v1/namespaces/NS/deployments',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
  Namespace: '/api/v1/namespaces',
  Job: '/apis/batch/v1/namespaces/NS/jobs',
  Pod: '/api/v1/namespaces/NS/pods',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/NS/poddisruptionbudgets',
  ReplicaSet: '/apis/apps/v1/namespaces/NS/replicasets',
  Service: '/api/v1/namespaces/NS/services',
};

test('every object that Kubernetes refuses is refused with the same causes', async ({ lab }) => {
  // A real server is more generous with names of variables than the function that the table was made with.
  const isOfVariable = (status: Status): boolean =>
    /valid environment variable name/.test(status.message ?? '');
  const refused = rows.filter(({ status }) => status?.code === 422 && !isOfVariable(status));
  const differing: object[] = [];
  for (const { object, status } of refused) {
    const path = paths[object.kind ?? '']?.replace('NS', lab.namespace);
    if (path === undefined) throw new Error(`no path for ${object.kind}`);
    const { namespace: _namespace, ...metadata } = object.metadata ?? {};
    const { code, body } = await send<Status>('POST', path, {
      body: { ...object, metadata },
      query: { dryRun: 'All' },
    });
    const got = { code, message: body.message, causes: body.details?.causes };
    const want = { code: 422, message: status?.message, causes: status?.details?.causes };
    if (JSON.stringify(got) !== JSON.stringify(want)) differing.push({ got, want });
  }
  expect(refused.length).toBeGreaterThan(30);
  expect(differing).toEqual([]);
});
