import { describe, expect } from 'vitest';
import type { ConfigMap, Deployment, Pod } from '../../../src/kubernetes/objects.ts';
import { target } from '../support/client.ts';
import { kubectlIsThere, kubectl, kubectlUntil } from '../support/kubectl.ts';
import { nominal, test } from '../support/lab.ts';
import { configMap, container, pendingPod, pod, replicated } from '../support/objects.ts';
import { rolledOut, running } from '../support/wait.ts';

/** Columns, whatever their width. */
function words(stdout: string): string[][] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/).map((word) => word.trim()));
}

describe.skipIf(!kubectlIsThere)('kubectl create', () => {
  test.for([
    [['configmap', 'a', '--from-literal=k=v'], 'configmap/a created'],
    [['secret', 'generic', 'a', '--from-literal=k=v'], 'secret/a created'],
    [['service', 'clusterip', 'a', '--tcp=80:8080'], 'service/a created'],
    [['service', 'nodeport', 'a', '--tcp=80:8080'], 'service/a created'],
    [['deployment', 'a', '--image=x:1', '--replicas=0'], 'deployment.apps/a created'],
    [['job', 'a', '--image=x:1', '--', 'node', '-v'], 'job.batch/a created'],
    [
      ['poddisruptionbudget', 'a', '--min-available=1', '--selector=app=a'],
      'poddisruptionbudget.policy/a created',
    ],
  ] as const)('%s', async ([args, said], { lab }) => {
    const { stdout, stderr } = await kubectl(lab.namespace, ['create', ...args]);
    expect([stdout.trim(), stderr]).toEqual([said, '']);
    const again = await kubectl(lab.namespace, ['create', ...args]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('already exists');
  });

  test('makes what it says: a Deployment, with its ports and replicas', async ({ lab }) => {
    await kubectl(lab.namespace, ['create', 'deployment', 'a', '--image=x:1', '--replicas=0', '--port=8080']);
    const { body } = await lab.get<Deployment>('deployments', 'a');
    expect(body.spec).toMatchObject({
      replicas: 0,
      selector: { matchLabels: { app: 'a' } },
      template: { spec: { containers: [{ name: 'x', image: 'x:1', ports: [{ containerPort: 8080 }] }] } },
    });
  });
});

describe.skipIf(!kubectlIsThere)('kubectl get', () => {
  test('shows pods in its columns', async ({ lab }) => {
    await lab.create('pods', pod('a'));
    await running(lab, 'a');
    const { stdout } = await kubectl(lab.namespace, ['get', 'pods']);
    expect(words(stdout)).toEqual([
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
      ['a', '1/1', 'Running', '0', expect.stringMatching(/^\d+s$/)],
    ]);
    const wide = await kubectl(lab.namespace, ['get', 'pods', '-o', 'wide', '--no-headers']);
    expect(words(wide.stdout)[0]).toHaveLength(9);
  });

  test('shows Deployments, ReplicaSets and Services', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    const deployments = await kubectl(lab.namespace, ['get', 'deploy']);
    expect(words(deployments.stdout)).toEqual([
      ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
      ['web', '1/1', '1', '1', expect.any(String)],
    ]);
    const sets = await kubectl(lab.namespace, ['get', 'rs']);
    expect(words(sets.stdout)[1]?.slice(1, 4)).toEqual(['1', '1', '1']);
  });

  test('says where there is nothing, and where there is no such thing', async ({ lab }) => {
    const nothing = await kubectl(lab.namespace, ['get', 'pods']);
    expect(nothing.stderr).toBe(`No resources found in ${lab.namespace} namespace.\n`);
    const none = await kubectl(lab.namespace, ['get', 'pod', 'none']);
    expect([none.code, none.stderr]).toEqual([1, 'Error from server (NotFound): pods "none" not found\n']);
    const unknown = await kubectl(lab.namespace, ['get', 'things']);
    expect(unknown.stderr).toBe('error: the server doesn\'t have a resource type "things"\n');
  });

  test('all shows what belongs to an application', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    const { stdout } = await kubectl(lab.namespace, ['get', 'all']);
    for (const prefix of ['pod/web-', 'deployment.apps/web', 'replicaset.apps/web-'])
      expect(stdout).toContain(prefix);
  });

  test('prints objects as YAML, JSON, by path and by custom columns', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', { k: 'v' }));
    const get = async (...how: string[]): Promise<string> =>
      (await kubectl(lab.namespace, ['get', 'configmap', 'a', ...how])).stdout;
    expect(await get('-o', 'yaml')).toMatch(/^apiVersion: v1\ndata:\n {2}k: v\nkind: ConfigMap\n/);
    expect(JSON.parse(await get('-o', 'json'))).toMatchObject({ data: { k: 'v' } });
    expect(await get('-o', 'jsonpath={.data.k}')).toBe('v');
    expect(await get('-o', 'custom-columns=N:.metadata.name', '--no-headers')).toBe('a\n');
    expect(await get('-o', 'name')).toBe('configmap/a\n');
  });

  test('-w follows', async ({ lab }) => {
    await lab.create('pods', pendingPod('first'));
    let made: Promise<unknown> | undefined;
    const stdout = await kubectlUntil(lab.namespace, ['get', 'pods', '-w'], (stdout) => {
      if (stdout.includes('first')) made ??= lab.create('pods', pod('a'));
      return stdout.includes('Running');
    });
    await made;
    expect(words(stdout)[0]?.[0]).toBe('NAME');
    expect(stdout).toMatch(/a +0\/1 +Pending/);
  });

  test('selects and sorts', async ({ lab }) => {
    for (const name of ['b', 'a'])
      await lab.create('configmaps', configMap(name, {}, { labels: { on: 'yes' } }));
    const args = ['get', 'cm', '-l', 'on=yes', '--sort-by=.metadata.name', '-o', 'name'];
    expect((await kubectl(lab.namespace, args)).stdout).toBe('configmap/a\nconfigmap/b\n');
  });
});

const manifest = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "${value}"\n`;

describe.skipIf(!kubectlIsThere)('kubectl apply', () => {
  test('creates, configures, and leaves alone what is as wanted', async ({ lab }) => {
    const apply = async (text: string): Promise<string> =>
      (await kubectl(lab.namespace, ['apply', '-f', '-'], text)).stdout.trim();
    expect(await apply(manifest('1'))).toBe('configmap/a created');
    expect(await apply(manifest('2'))).toBe('configmap/a configured');
    expect(await apply(manifest('2'))).toBe('configmap/a unchanged');
    expect((await lab.get<ConfigMap>('configmaps', 'a')).body.data).toEqual({ k: '2' });
  });

  test('removes what is no longer in the manifest, and nothing else', async ({ lab }) => {
    const text = (data: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n${data}`;
    await kubectl(lab.namespace, ['apply', '-f', '-'], text('  a: "1"\n  b: "2"\n'));
    await lab.patch('configmaps', 'a', { data: { other: '3' } });
    await kubectl(lab.namespace, ['apply', '-f', '-'], text('  a: "1"\n'));
    expect((await lab.get<ConfigMap>('configmaps', 'a')).body.data).toEqual({ a: '1', other: '3' });
  });

  test('refuses what is wrong, with the server’s words', async ({ lab }) => {
    const odd = `colour: red\n${manifest('1')}`;
    const { code, stderr } = await kubectl(lab.namespace, ['apply', '-f', '-'], odd);
    expect(code).toBe(1);
    expect(stderr).toContain('strict decoding error: unknown field "colour"');
  });

  test('on the server side merges, too', async ({ lab }) => {
    const args = ['apply', '--server-side', '-f', '-'];
    expect((await kubectl(lab.namespace, args, manifest('1'))).stdout.trim()).toBe(
      'configmap/a serverside-applied',
    );
  });
});

describe.skipIf(!kubectlIsThere)('kubectl', () => {
  test('diff shows what would change, and exits with 1', async ({ lab }) => {
    await kubectl(lab.namespace, ['apply', '-f', '-'], manifest('1'));
    const { code, stdout } = await kubectl(lab.namespace, ['diff', '-f', '-'], manifest('2'));
    expect(code).toBe(1);
    expect(stdout).toContain('-  k: "1"');
    expect(stdout).toContain('+  k: "2"');
    expect((await kubectl(lab.namespace, ['diff', '-f', '-'], manifest('1'))).code).toBe(0);
  });

  test('delete says what it has deleted, and waits for it', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { stdout } = await kubectl(lab.namespace, ['delete', 'configmap', 'a']);
    expect(stdout).toMatch(/^configmap "a" deleted/);
    const none = await kubectl(lab.namespace, ['delete', 'configmap', 'a']);
    expect(none.stderr).toContain('configmaps "a" not found');
    expect((await kubectl(lab.namespace, ['delete', 'configmap', 'a', '--ignore-not-found'])).code).toBe(0);
  });

  test('label, annotate and patch change objects', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const say = async (...args: string[]): Promise<string> =>
      (await kubectl(lab.namespace, args)).stdout.trim();
    expect(await say('label', 'cm', 'a', 'tier=web')).toBe('configmap/a labeled');
    expect(await say('annotate', 'cm', 'a', 'note=x')).toBe('configmap/a annotated');
    expect(await say('patch', 'cm', 'a', '-p', '{"data":{"k":"v"}}')).toBe('configmap/a patched');
    expect(await say('patch', 'cm', 'a', '-p', '{"data":{"k":"v"}}')).toBe('configmap/a patched (no change)');
    const { body } = await lab.get<ConfigMap>('configmaps', 'a');
    expect(body).toMatchObject({
      data: { k: 'v' },
      metadata: { labels: { tier: 'web' }, annotations: { note: 'x' } },
    });
  });

  test('run starts a pod, and wait waits for it', async ({ lab }) => {
    const args = [
      'run',
      'a',
      `--image=${target.image}`,
      '--image-pull-policy=IfNotPresent',
      '--command',
      '--',
    ];
    const ran = await kubectl(lab.namespace, [...args, 'node', '-e', 'setInterval(() => {}, 1000)']);
    expect(ran.stdout.trim()).toBe('pod/a created');
    const waited = await kubectl(lab.namespace, ['wait', 'pod/a', '--for=condition=Ready', '--timeout=40s']);
    expect(waited.stdout.trim()).toBe('pod/a condition met');
    await kubectl(lab.namespace, ['delete', 'pod', 'a', '--grace-period=0', '--force']);
    const late = await kubectl(lab.namespace, ['wait', 'pod/a', '--for=delete', '--timeout=20s']);
    expect(late.code).toBe(0);
  });

  test('logs prints, and -f follows', async ({ lab }) => {
    const program = "console.log('begin'); setTimeout(() => console.log('end'), 1000);";
    await lab.create('pods', pod('a', { containers: [container(program)], restartPolicy: 'Never' }));
    await lab.eventually<Pod>('pods', 'a', ({ status }) => status?.phase !== 'Pending', nominal(60));
    expect((await kubectl(lab.namespace, ['logs', '-f', 'a'])).stdout).toBe('begin\nend\n');
    expect((await kubectl(lab.namespace, ['logs', 'a', '--tail=1'])).stdout).toBe('end\n');
  });

  test('explain names the fields of a kind and their types', async ({ lab }) => {
    const { stdout } = await kubectl(lab.namespace, ['explain', 'pod.spec.containers']);
    expect(stdout).toMatch(/^KIND: +Pod\nVERSION: +v1\n/);
    expect(stdout).toMatch(/FIELD: containers <\[\]Container>/);
    expect(stdout).toMatch(/\n {2}image\t<string>/);
    expect(stdout).toMatch(/\n {2}ports\t<\[\]ContainerPort>/);
    const deployment = await kubectl(lab.namespace, ['explain', 'deployment.spec.replicas']);
    expect(deployment.stdout).toContain('FIELD: replicas <integer>');
  });

  test('api-resources and api-versions name what is served', async ({ lab }) => {
    const { stdout } = await kubectl(lab.namespace, ['api-resources', '--no-headers']);
    const lines = words(stdout).map((line) => line.join(' '));
    expect(lines).toContain('deployments deploy apps/v1 true Deployment');
    expect(lines).toContain('poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget');
    const versions = await kubectl(lab.namespace, ['api-versions']);
    for (const version of ['v1', 'apps/v1', 'batch/v1', 'autoscaling/v2', 'policy/v1'])
      expect(versions.stdout.split('\n')).toContain(version);
  });
});
