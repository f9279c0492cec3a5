import fc from '../../../../../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources } from '../../../api.ts';
import { portMapAnnotation } from '../../../config.ts';
import type { EndpointSlice, Pod, Service } from '../../../objects.ts';
import { newLab, setReady, type Lab } from '../testing/lab.ts';
import { container, namespace, node, pod } from '../testing/objects.ts';
import { endpointGroups } from './endpoints.ts';
import { startEndpointSliceController } from './index.ts';
import { placeEndpoints } from './placement.ts';

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return {
    metadata: { name: 'web', namespace, labels: { team: 'desk' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
  };
}

async function slices({ api }: Lab): Promise<EndpointSlice[]> {
  return (await api.list(resources.endpointSlices)).items;
}

async function runningPod(lab: Lab, name: string, podIP: string): Promise<Pod> {
  const made = await lab.api.create(resources.pods, pod(name, { nodeName: 'a' }, { app: 'web' }));
  await setReady(lab.api, made, { ready: false, podIP, at: lab.clock.wall() });
  return lab.api.get(resources.pods, { namespace, name });
}

describe('the slices of a Service', () => {
  test('follow a pod from start to end', async () => {
    const lab = await newLab();
    await lab.api.create(resources.nodes, node('a', { labels: { 'topology.kubernetes.io/zone': 'east' } }));
    lab.start(startEndpointSliceController);
    const made = await lab.api.create(resources.services, service());
    await rest();
    const [empty] = await slices(lab);
    expect(empty).toMatchObject({ addressType: 'IPv4', endpoints: [], ports: [] });

    const started = await runningPod(lab, 'p', '127.64.1.2');
    await rest();
    const [first, second] = await slices(lab);
    expect(second).toBeUndefined();
    expect(first?.metadata).toMatchObject({
      name: expect.stringMatching(/^web-/),
      labels: {
        team: 'desk',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Service', name: 'web', uid: made.metadata?.uid, controller: true }],
    });
    expect(first?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(first?.endpoints).toEqual([
      {
        addresses: ['127.64.1.2'],
        conditions: { ready: false, serving: false, terminating: false },
        nodeName: 'a',
        zone: 'east',
        targetRef: { kind: 'Pod', namespace, name: 'p', uid: started.metadata?.uid },
      },
    ]);

    const conditions = async (): Promise<unknown> => {
      await rest();
      return (await slices(lab))[0]?.endpoints?.[0]?.conditions;
    };
    await setReady(lab.api, started, { ready: true, at: lab.clock.wall() });
    expect(await conditions()).toEqual({ ready: true, serving: true, terminating: false });
    await lab.api.delete(resources.pods, { namespace, name: 'p' });
    expect(await conditions()).toEqual({ ready: false, serving: true, terminating: true });
    await lab.api.delete(resources.pods, { namespace, name: 'p' }, { gracePeriodSeconds: 0 });
    expect(await conditions()).toBeUndefined();
    expect(lab.lines).toEqual([]);
  });

  test('come back when somebody deletes them, and take on changed ports', async () => {
    const lab = await newLab();
    lab.start(startEndpointSliceController);
    await lab.api.create(resources.services, service());
    await runningPod(lab, 'p', '127.64.1.2');
    await rest();
    const [slice] = await slices(lab);
    await lab.api.delete(resources.endpointSlices, { namespace, name: slice?.metadata?.name ?? '' });
    await rest();
    expect(await slices(lab)).toHaveLength(1);
    await lab.api.patch(
      resources.services,
      { namespace, name: 'web' },
      { spec: { ports: [{ name: 'raw', port: 9, targetPort: 9000, protocol: 'TCP' }] } },
    );
    await rest();
    expect((await slices(lab)).map(({ ports }) => ports)).toEqual([
      [{ name: 'raw', port: 9000, protocol: 'TCP' }],
    ]);
  });

  test('leave out pods that have ended, that other Services select, and Services without a selector', async () => {
    const lab = await newLab();
    lab.start(startEndpointSliceController);
    const { selector: _, ...spec } = service().spec ?? {};
    await lab.api.create(resources.services, { ...service(), spec });
    await runningPod(lab, 'p', '127.64.1.2');
    await rest();
    expect(await slices(lab)).toEqual([]);
    const ended = { ...pod('q', {}, { app: 'web' }), status: { phase: 'Failed', podIP: '127.64.1.3' } };
    expect(endpointGroups(service(), [ended], () => undefined)).toEqual([]);
  });
});

describe('the ports of an endpoint', () => {
  const addressed = (name: string, change: Partial<Pod> = {}): Pod => ({
    ...pod(name, {}, { app: 'web' }),
    ...change,
    status: { phase: 'Running', podIP: '127.0.0.1' },
  });
  const portsOf = (wanted: Service, ...pods: Pod[]): unknown[] =>
    endpointGroups(wanted, pods, () => undefined).map(({ ports }) => ports.map(({ port }) => port));

  test('are named ones of the container, or numbers', () => {
    expect(portsOf(service(), addressed('p'))).toEqual([[8080]]);
    expect(portsOf(service({ ports: [{ port: 80 }] }), addressed('p'))).toEqual([[80]]);
    expect(portsOf(service({ ports: [{ port: 80, targetPort: 'absent' }] }), addressed('p'))).toEqual([[]]);
  });

  test('are the real ones where pods share an address, and pods of different ports do not share a slice', () => {
    const at = (name: string, port: number): Pod =>
      addressed(name, {
        metadata: { name, uid: name, annotations: { [portMapAnnotation]: `{"8080":${port}}` } },
      });
    expect(portsOf(service(), at('p', 20131), at('q', 20132))).toEqual([[20131], [20132]]);
  });

  test('of a named port may differ between pods', () => {
    const other = addressed('q', {
      spec: { containers: [{ ...container(), ports: [{ name: 'http', containerPort: 9090 }] }] },
    });
    expect(portsOf(service(), addressed('p'), other)).toEqual([[8080], [9090]]);
  });
});

test('every endpoint is in exactly one slice of at most 100, and unchanged slices are left alone', () => {
  const count = fc.integer({ min: 0, max: 350 });
  const podNumber = (index: number): Pod => ({
    ...pod(`p${index}`),
    metadata: { name: `p${index}`, namespace, uid: `uid-${index}` },
    status: { phase: 'Running', podIP: `127.64.1.${index}` },
  });
  fc.assert(
    fc.property(count, count, fc.nat(50), (before, after, shift) => {
      let existing: EndpointSlice[] = [];
      for (const [from, to] of [
        [0, before],
        [shift, shift + after],
      ] as const) {
        const pods = Array.from({ length: to - from }, (_, index) => podNumber(from + index));
        const groups = endpointGroups(service(), pods, () => undefined);
        const { create, update, remove } = placeEndpoints(groups, existing);
        const made = create.map((slice, index): EndpointSlice => ({
          ...slice,
          addressType: 'IPv4',
          metadata: { name: `s${from}-${index}`, uid: `s${from}-${index}` },
        }));
        const touched = new Set([...update, ...remove].map(({ metadata }) => metadata?.uid));
        existing = [...existing.filter(({ metadata }) => !touched.has(metadata?.uid)), ...update, ...made];
        const addresses = existing.flatMap(({ endpoints = [] }) =>
          endpoints.flatMap(({ addresses }) => addresses),
        );
        expect(addresses.length).toBe(pods.length);
        expect(new Set(addresses)).toEqual(new Set(pods.map(({ status }) => status?.podIP)));
        expect(existing.length).toBeGreaterThanOrEqual(1);
        for (const { endpoints = [] } of existing) expect(endpoints.length).toBeLessThanOrEqual(100);
        expect(placeEndpoints(groups, existing)).toEqual({ create: [], update: [], remove: [] });
      }
    }),
    { numRuns: 40 },
  );
});
