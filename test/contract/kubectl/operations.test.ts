import { describe, expect } from 'vitest';
import type { Deployment, HorizontalPodAutoscaler, Node } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send } from '../support/client.ts';
import { kubectlIsThere, kubectl } from '../support/kubectl.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, pod, replicated, service } from '../support/objects.ts';
import { hostname, nodes, placed } from '../support/placement.ts';
import { rolledOut, running } from '../support/wait.ts';

async function say(lab: Lab, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await kubectl(lab.namespace, args);
  return (stdout + stderr).trim();
}

async function web(lab: Lab, replicas = 2): Promise<void> {
  await lab.create('deployments', replicated('Deployment', 'web', { replicas }));
  await rolledOut(lab, 'web');
}

describe.skipIf(!kubectlIsThere)('kubectl', () => {
  test('scale changes the number of replicas', async ({ lab }) => {
    await web(lab, 1);
    expect(await say(lab, 'scale', 'deployment/web', '--replicas=2')).toBe('deployment.apps/web scaled');
    expect((await rolledOut(lab, 'web')).status?.replicas).toBe(2);
    const refused = await say(lab, 'scale', 'deployment/web', '--current-replicas=5', '--replicas=1');
    expect(refused).toBe('error: Expected replicas to be 5, was 2');
  });

  test('autoscale makes an autoscaler', async ({ lab }) => {
    await web(lab, 1);
    const said = await say(lab, 'autoscale', 'deployment', 'web', '--min=1', '--max=3', '--cpu-percent=50');
    expect(said).toContain('horizontalpodautoscaler.autoscaling/web autoscaled');
    const { body } = await lab.get<HorizontalPodAutoscaler>('horizontalpodautoscalers', 'web');
    expect(body.spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    });
    expect(await say(lab, 'get', 'hpa', '--no-headers')).toMatch(
      /^web +Deployment\/web +cpu: .*\/50% +1 +3 +/,
    );
  });

  test('expose makes a Service of a Deployment', async ({ lab }) => {
    await web(lab, 1);
    expect(await say(lab, 'expose', 'deployment', 'web', '--port=80', '--target-port=8080')).toBe(
      'service/web exposed',
    );
    expect((await lab.get('services', 'web')).body).toMatchObject({
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  });

  test('rollout: status, restart, history, undo, pause and resume', async ({ lab }) => {
    await web(lab);
    expect(await say(lab, 'rollout', 'status', 'deployment/web')).toContain(
      'deployment "web" successfully rolled out',
    );
    expect(await say(lab, 'set', 'env', 'deployment/web', 'COLOUR=red')).toBe(
      'deployment.apps/web env updated',
    );
    await rolledOut(lab, 'web');
    expect(await say(lab, 'rollout', 'history', 'deployment/web')).toBe(
      'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>',
    );
    expect(await say(lab, 'rollout', 'undo', 'deployment/web')).toBe('deployment.apps/web rolled back');
    await rolledOut(lab, 'web');
    const { body } = await lab.get<Deployment>('deployments', 'web');
    expect(JSON.stringify(body.spec?.template)).not.toContain('COLOUR');
    expect(body.metadata?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3' });
    expect(await say(lab, 'rollout', 'pause', 'deployment/web')).toBe('deployment.apps/web paused');
    expect(await say(lab, 'rollout', 'resume', 'deployment/web')).toBe('deployment.apps/web resumed');
    expect(await say(lab, 'rollout', 'restart', 'deployment/web')).toBe('deployment.apps/web restarted');
    expect(await say(lab, 'rollout', 'status', 'deployment/web', '--timeout=40s')).toContain(
      'successfully rolled out',
    );
  });

  test('top shows what pods and nodes use', async ({ lab }) => {
    const busy = container('const end = Date.now() + 60000; while (Date.now() < end); ', {
      resources: { limits: { cpu: '100m', memory: '128Mi' } },
    });
    await lab.create('pods', pod('a', { containers: [busy], terminationGracePeriodSeconds: 0 }));
    await running(lab, 'a');
    await until(async () => (await say(lab, 'top', 'pod', 'a', '--no-headers')).startsWith('a '), {
      what: 'metrics',
      deadlineMs: nominal(60) * 1000,
      everyMs: 500,
    });
    expect(await say(lab, 'top', 'pod', 'a')).toMatch(
      /^NAME +CPU\(cores\) +MEMORY\(bytes\) *\na +\d+m +\d+Mi$/,
    );
    expect(await say(lab, 'top', 'nodes')).toMatch(
      /^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)/,
    );
  });

  test('describe tells of a pod, its containers and its Events', async ({ lab }) => {
    await lab.create('pods', pod('a', {}, { labels: { app: 'web' } }));
    await running(lab, 'a');
    await until(async () => (await say(lab, 'describe', 'pod', 'a')).includes('Started container'), {
      what: 'events',
      deadlineMs: 20_000,
      everyMs: 500,
    });
    const text = await say(lab, 'describe', 'pod', 'a');
    for (const line of [
      /^Name: +a$/m,
      new RegExp(`^Namespace: +${lab.namespace}$`, 'm'),
      /^Labels: +app=web$/m,
      /^Status: +Running$/m,
      /^ +Restart Count: +0$/m,
      /^QoS Class: +Burstable$/m,
      /Normal +Scheduled .*default-scheduler +Successfully assigned .*\/a to /,
      /Normal +Started .*kubelet.* Started container main$/m,
    ])
      expect(text).toMatch(line);
  });

  test('describe tells of a Deployment and of a Service', async ({ lab }) => {
    await web(lab, 1);
    await lab.create('services', service('web'));
    const deployment = await say(lab, 'describe', 'deployment', 'web');
    expect(deployment).toMatch(
      /^Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m,
    );
    expect(deployment).toMatch(/^NewReplicaSet: +web-\w+ \(1\/1 replicas created\)$/m);
    expect(deployment).toMatch(/Scaled up replica set web-\w+ from 0 to 1/);
    const described = await say(lab, 'describe', 'service', 'web');
    expect(described).toMatch(/^Selector: +app=web$/m);
    expect(described).toMatch(/^TargetPort: +8080\/TCP$/m);
  });

  test('describe tells of a node', async ({ lab }) => {
    const { workers } = await nodes();
    const text = await say(lab, 'describe', 'node', workers[0] ?? '');
    for (const line of [/^Conditions:$/m, /^Capacity:$/m, /^Allocated resources:$/m, /^Lease:$/m])
      expect(text).toMatch(line);
  });
});

describe.skipIf(!kubectlIsThere)('kubectl on a node', { concurrent: false }, () => {
  test('cordon and uncordon', async ({ lab }) => {
    const { workers } = await nodes();
    const name = workers.at(-1) ?? '';
    expect(await say(lab, 'cordon', name)).toBe(`node/${name} cordoned`);
    expect(await say(lab, 'get', 'node', name, '--no-headers')).toContain('Ready,SchedulingDisabled');
    expect(await say(lab, 'cordon', name)).toBe(`node/${name} already cordoned`);
    expect(await say(lab, 'uncordon', name)).toBe(`node/${name} uncordoned`);
  });

  test('drain evicts, waits for disruption budgets, and can be undone', async ({ lab }) => {
    const { workers } = await nodes();
    const name = workers.at(-1) ?? '';
    await placed(lab, 'bare', { nodeSelector: { [hostname]: name } });
    const selector = `--pod-selector=lab=${lab.namespace}`;
    await lab.patch('pods', 'bare', { metadata: { labels: { lab: lab.namespace } } });
    const args = ['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', selector, '--timeout=40s'];
    const refused = await say(lab, ...args);
    expect(refused).toContain('cannot delete Pods that declare no controller (use --force to override)');
    const drained = await say(lab, ...args, '--force');
    expect(drained).toContain(`evicting pod ${lab.namespace}/bare`);
    expect(drained).toContain(`node/${name} drained`);
    await lab.gone('pods', 'bare', nominal(30));
    expect((await send<Node>('GET', `/api/v1/nodes/${name}`)).body.spec?.unschedulable).toBe(true);
    await say(lab, 'uncordon', name);
  });

  test('taint adds and removes', async ({ lab }) => {
    const { workers } = await nodes();
    const name = workers.at(-1) ?? '';
    const key = `contract.openbell.dev/${lab.namespace}`;
    expect(await say(lab, 'taint', 'node', name, `${key}=a:PreferNoSchedule`)).toBe(`node/${name} tainted`);
    expect(await say(lab, 'taint', 'node', name, `${key}-`)).toBe(`node/${name} untainted`);
  });
});
