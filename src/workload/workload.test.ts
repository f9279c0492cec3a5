import type { Deployment, HorizontalPodAutoscaler, Service } from '../kubernetes/index.ts';
import { describe, expect, it } from 'vitest';
import type { ManifestsSpec, SampleApiSpec } from './spec.ts';
import { workloadObjects } from './workload.ts';

const run = { namespace: 'openbell-r1', runId: 'r1' };
const sampleApi: SampleApiSpec = {
  kind: 'sample-api',
  replicas: 2,
  cpuRequestMilli: 100,
  cpuLimitMilli: 400,
  quoteWorkMs: 2.5,
  ordersWaitMs: 20,
  startupDelayMs: 0,
  drainMs: 1000,
  startupPeriodSeconds: 2,
  readinessPeriodSeconds: 5,
  terminationGraceSeconds: 30,
  autoscaler: { minReplicas: 2, maxReplicas: 10, targetCpuUtilization: 60, behavior: null },
};

describe('the sample API as a workload', () => {
  it('is a Service in front of the pods of a Deployment, which an autoscaler sizes', () => {
    const { objects, ...names } = workloadObjects(sampleApi, run);
    expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Deployment', 'HorizontalPodAutoscaler']);
    for (const { metadata } of objects) expect(metadata).toMatchObject({ namespace: 'openbell-r1' });

    const [service, deployment, hpa] = objects as [Service, Deployment, HorizontalPodAutoscaler];
    const podLabels = deployment.spec?.template.metadata?.labels;
    expect(podLabels).toMatchObject({ 'openbell.dev/run': 'r1', 'app.kubernetes.io/name': 'sample-api' });
    expect(podLabels).toMatchObject(service.spec?.selector ?? { no: 'selector' });
    expect(podLabels).toMatchObject(deployment.spec?.selector.matchLabels ?? { no: 'selector' });
    expect(service.spec).toMatchObject({ type: 'NodePort', ports: [{ port: names.servicePort }] });
    expect(hpa.spec?.scaleTargetRef).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: names.deployment,
    });
    expect(names).toMatchObject({ service: 'sample-api', hpa: 'sample-api' });
    expect(names.podSelector).toBe('app.kubernetes.io/name=sample-api,openbell.dev/run=r1');
  });

  it('hands its knobs to the pods as environment and resources', () => {
    const { objects } = workloadObjects(sampleApi, run);
    const [container] = (objects[1] as Deployment).spec?.template.spec?.containers ?? [];
    const env = Object.fromEntries((container?.env ?? []).map((entry) => [entry.name, entry]));
    expect(env['QUOTE_WORK_MS']?.value).toBe('2.5');
    expect(env['POD_IP']?.valueFrom?.fieldRef?.fieldPath).toBe('status.podIP');
    expect(container?.resources).toEqual({
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { cpu: '400m' },
    });
    expect(container?.readinessProbe).toMatchObject({ httpGet: { path: '/readyz' }, periodSeconds: 5 });
    expect(container?.livenessProbe).toMatchObject({ httpGet: { path: '/livez' } });
  });

  it('leaves out what is not asked for', () => {
    const { objects, hpa } = workloadObjects({ ...sampleApi, cpuLimitMilli: null, autoscaler: null }, run);
    expect(hpa).toBeNull();
    expect(objects).toHaveLength(2);
    const [container] = (objects[1] as Deployment).spec?.template.spec?.containers ?? [];
    expect(container?.resources).not.toHaveProperty('limits');
  });

  it("passes the autoscaler's behaviour through", () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 30 } };
    const spec = { ...sampleApi, autoscaler: { ...sampleApi.autoscaler!, behavior } };
    expect((workloadObjects(spec, run).objects[2] as HorizontalPodAutoscaler).spec?.behavior).toEqual(
      behavior,
    );
  });
});

function manifests(change: (spec: ManifestsSpec) => void = () => {}): ManifestsSpec {
  const spec: ManifestsSpec = {
    kind: 'manifests',
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'desk', namespace: 'elsewhere' },
        spec: {
          selector: { matchLabels: { app: 'desk' } },
          template: { metadata: { labels: { app: 'desk', tier: 'api' } }, spec: { containers: [] } },
        },
      } as ManifestsSpec['objects'][number],
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'desk', labels: { team: 'rates' } },
        spec: { selector: { app: 'desk' }, ports: [{ port: 80 }, { port: 9090 }] },
      } as ManifestsSpec['objects'][number],
    ],
    images: [],
    service: 'desk',
    port: null,
  };
  change(spec);
  return spec;
}

describe("a user's manifests as a workload", () => {
  it('go to the namespace of the run, with its label on objects and pods, and the originals stay as they were', () => {
    const spec = manifests();
    const before = structuredClone(spec);
    const workload = workloadObjects(spec, run);
    const [deployment, service] = workload.objects as [Deployment, Service];
    expect(deployment.metadata).toMatchObject({
      namespace: 'openbell-r1',
      labels: { 'openbell.dev/run': 'r1' },
    });
    expect(deployment.spec?.template.metadata?.labels).toEqual({
      app: 'desk',
      tier: 'api',
      'openbell.dev/run': 'r1',
    });
    expect(service.metadata?.labels).toEqual({ team: 'rates', 'openbell.dev/run': 'r1' });
    expect(service.spec?.type).toBe('NodePort');
    expect(workload).toMatchObject({ deployment: 'desk', service: 'desk', servicePort: 80, hpa: null });
    expect(workload.podSelector).toBe('app=desk,openbell.dev/run=r1');
    expect(spec).toEqual(before);
  });

  it('may bring an autoscaler', () => {
    const hpa = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'desk' },
      maxReplicas: 5,
    };
    const spec = manifests(({ objects }) => {
      objects.push({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'grow' },
        spec: hpa,
      } as ManifestsSpec['objects'][number]);
    });
    expect(workloadObjects(spec, run).hpa).toBe('grow');
  });

  it.each<[string, (spec: ManifestsSpec) => void, string]>([
    [
      'no Service of that name',
      (spec) => (spec.service = 'dsek'),
      'expected a Service named "dsek", got these Services: desk',
    ],
    ['no such port', (spec) => (spec.port = 8080), 'expected port 8080 among its ports, got: 80, 9090'],
    ['no Deployment', (spec) => spec.objects.shift(), 'expected a Deployment, got none'],
    [
      'a Service that selects other pods',
      ({ objects }) =>
        Object.assign(objects[1]!, { spec: { selector: { app: 'other' }, ports: [{ port: 80 }] } }),
      'expected its selector to match the pod labels of a Deployment, got {"app":"other"}',
    ],
    [
      'an object of the whole cluster',
      ({ objects }) => objects.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } }),
      'Namespace mine: expected objects that live in a namespace',
    ],
    [
      'an object twice',
      ({ objects }) => objects.push(objects[0]!, { ...objects[1]! }),
      'Service desk: expected it once',
    ],
  ])('are refused with %s', (_what, change, message) => {
    expect(() => workloadObjects(manifests(change), run)).toThrow(message);
  });
});
