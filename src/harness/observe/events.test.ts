import { describe, expect, test } from 'vitest';
import type { Event, HorizontalPodAutoscaler, Node, Pod, PodMetrics } from '../../kubernetes/index.ts';
import {
  clusterEvent,
  deploymentObserved,
  durationMs,
  endpointsObserved,
  hpaObserved,
  metricsObserved,
  nodeObserved,
  podObserved,
} from './events.ts';

const created = '2026-01-01T00:00:10Z';
const fromWall = (wallMs: number): number => wallMs - Date.parse('2026-01-01T00:00:00Z');

test('a pod that was just created has nothing yet', () => {
  const pod: Pod = { metadata: { name: 'a', uid: 'u', creationTimestamp: created } };
  expect(podObserved('added', pod, fromWall)).toEqual({
    type: 'k8s.pod',
    change: 'added',
    name: 'a',
    uid: 'u',
    node: null,
    phase: 'Pending',
    ready: false,
    started: false,
    restarts: 0,
    reason: null,
    ip: null,
    owner: null,
    terminating: false,
    createdT: 10_000,
    startT: null,
    readyChangedT: null,
    cpuRequestMilli: 0,
    memoryRequestBytes: 0,
  });
});

test('a pod that serves, and is being deleted', () => {
  const pod: Pod = {
    metadata: {
      name: 'a',
      uid: 'u',
      creationTimestamp: created,
      deletionTimestamp: created,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'r' }],
    },
    spec: {
      nodeName: 'worker-1',
      containers: [
        { name: 'c', resources: { requests: { cpu: '100m', memory: '10Mi' } } },
        { name: 'd', resources: { requests: { cpu: '0.05', memory: '512Ki' } } },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '127.64.1.2',
      startTime: '2026-01-01T00:00:11Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:12.500Z' }],
      containerStatuses: [
        {
          name: 'c',
          ready: true,
          restartCount: 2,
          image: '',
          imageID: '',
          state: { running: { startedAt: created } },
        },
      ],
    },
  };
  expect(podObserved('modified', pod, fromWall)).toMatchObject({
    node: 'worker-1',
    ready: true,
    started: true,
    restarts: 2,
    ip: '127.64.1.2',
    owner: 'rs',
    terminating: true,
    startT: 11_000,
    readyChangedT: 12_500,
    cpuRequestMilli: 150,
    memoryRequestBytes: 10.5 * 1024 ** 2,
  });
});

test.each<[string, string | undefined, 'True' | 'False' | 'Unknown']>([
  ['is well', 'True', 'True'],
  ['says it is not', 'False', 'False'],
  ['was not heard of', 'Unknown', 'Unknown'],
  ['has not said anything', undefined, 'Unknown'],
])('a node that %s', (_case, status, ready) => {
  const node: Node = {
    metadata: { name: 'worker-1', labels: {} },
    spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] },
    status: {
      conditions: status === undefined ? [] : [{ type: 'Ready', status }],
      allocatable: { cpu: '1500m' },
    },
  };
  expect(nodeObserved('added', node)).toMatchObject({
    role: 'worker',
    ready,
    unschedulable: false,
    taints: ['node.kubernetes.io/unreachable:NoExecute'],
    allocatableCpuMilli: 1500,
  });
});

describe('endpoints', () => {
  test('are taken over all slices, each pod once, and what is left out counts as the API says', () => {
    const observed = endpointsObserved('api', [
      {
        addressType: 'IPv4',
        endpoints: [
          { addresses: ['127.64.2.2'], targetRef: { kind: 'Pod', name: 'b' }, nodeName: 'worker-2' },
          { addresses: ['127.64.1.2'], targetRef: { kind: 'Pod', name: 'a' } },
        ],
      },
      {
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: ['127.64.1.2'],
            targetRef: { kind: 'Pod', name: 'a' },
            conditions: { ready: false, serving: true, terminating: true },
          },
        ],
      },
    ]);
    expect(observed.endpoints).toEqual([
      { pod: 'a', node: null, ip: '127.64.1.2', ready: false, serving: true, terminating: true },
      { pod: 'b', node: 'worker-2', ip: '127.64.2.2', ready: true, serving: true, terminating: false },
    ]);
  });

  test('of a slice without any are none', () => {
    const slice = { addressType: 'IPv4', endpoints: null as unknown as [] };
    expect(endpointsObserved('api', [slice]).endpoints).toEqual([]);
  });
});

test('the autoscaler, with what it aims at and what it sees', () => {
  const hpa: HorizontalPodAutoscaler = {
    metadata: { name: 'api' },
    spec: {
      minReplicas: 2,
      maxReplicas: 8,
      scaleTargetRef: { kind: 'Deployment', name: 'api' },
      behavior: { scaleUp: { stabilizationWindowSeconds: 3 } },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    },
    status: {
      currentReplicas: 2,
      desiredReplicas: 4,
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 118, averageValue: '59m' } },
        },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    },
  };
  expect(hpaObserved(hpa)).toEqual({
    type: 'k8s.hpa',
    name: 'api',
    minReplicas: 2,
    maxReplicas: 8,
    currentReplicas: 2,
    desiredReplicas: 4,
    targetUtilization: 60,
    currentUtilization: 118,
    conditions: [{ type: 'AbleToScale', status: 'True', reason: '', message: '' }],
    averageCpuMilli: 59,
    behavior: { scaleUp: { stabilizationWindowSeconds: 3 } },
    metrics: 1,
    targetCpuMilli: null,
    readings: [
      {
        metric: 'cpu',
        target: '60 %',
        current: '118 %',
        ratio: 118 / 60,
        aim: { resource: 'cpu', unit: 'percent', target: 60, shown: 118 },
      },
    ],
  });
  const { status: _unseen, ...young } = hpa;
  expect(hpaObserved(young)).toMatchObject({ currentReplicas: 0, currentUtilization: null });
});

test('a Deployment before its controller has seen it', () => {
  const deployment = { metadata: { name: 'api' }, spec: { replicas: 3, selector: {}, template: {} } };
  expect(deploymentObserved(deployment)).toMatchObject({
    specReplicas: 3,
    replicas: 0,
    readyReplicas: 0,
    template: { terminationGraceMs: 30_000, readiness: null },
  });
});

test('an event, reported the old way or the new', () => {
  const involvedObject = { kind: 'Pod', name: 'a' };
  const old: Event = {
    metadata: {},
    involvedObject,
    type: 'Warning',
    reason: 'Unhealthy',
    message: 'probe failed',
    source: { component: 'kubelet' },
    count: 3,
  };
  expect(clusterEvent(old)).toEqual({
    type: 'k8s.event',
    severity: 'Warning',
    reason: 'Unhealthy',
    message: 'probe failed',
    object: { kind: 'Pod', name: 'a' },
    component: 'kubelet',
    count: 3,
  });
  const recent: Event = { metadata: {}, involvedObject, type: 'Normal', reportingComponent: 'scheduler' };
  expect(clusterEvent(recent)).toMatchObject({ severity: 'Normal', component: 'scheduler', count: 1 });
});

test('usage is the sum over the containers, rounded up to a milli as Kubernetes does', () => {
  const metrics: PodMetrics = {
    metadata: { name: 'a' },
    timestamp: created,
    window: '1.5s',
    containers: [
      { name: 'c', usage: { cpu: '100500000n', memory: '1Mi' } },
      { name: 'd', usage: { cpu: '25m', memory: '1Mi' } },
    ],
  };
  expect(metricsObserved([metrics], fromWall).pods).toEqual([
    { name: 'a', cpuMilli: 126, memoryBytes: 2 * 1024 ** 2, windowMs: 1500, takenT: 10_000 },
  ]);
});

test.each([
  ['15s', 15_000],
  ['1m0s', 60_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['1h2m3.5s', 3_723_500],
  ['', 0],
])('the duration "%s" is %d ms', (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});
