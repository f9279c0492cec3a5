import { describe, expect } from 'vitest';
import type { Job } from '../../../src/kubernetes/objects.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, podSpec } from '../support/objects.ts';
import { eventMessage, printed } from '../support/wait.ts';

function job(program: string, spec: Partial<NonNullable<Job['spec']>> = {}): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec: {
      template: { spec: podSpec({ containers: [container(program)], restartPolicy: 'Never' }) },
      ...spec,
    },
  };
}

function finished(lab: Lab): Promise<Job> {
  const isOver = ({ status }: Job): boolean =>
    (status?.conditions ?? []).some(({ type }) => type === 'Complete' || type === 'Failed');
  return lab.eventually<Job>('jobs', 'work', isOver, nominal(90));
}

function conditions({ status }: Job): string[] {
  return (status?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort();
}

describe('a Job', () => {
  test('is completed with defaults, and selects its pods by its own UID', async ({ lab }) => {
    const { code, body } = await lab.create<Job>('jobs', job('', { suspend: true }));
    expect(code).toBe(201);
    const uid = body.metadata?.uid;
    expect(body.spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    });
    expect(body.spec?.template.metadata?.labels).toEqual({
      'job-name': 'work',
      'batch.kubernetes.io/job-name': 'work',
      'controller-uid': uid,
      'batch.kubernetes.io/controller-uid': uid,
    });
  });

  test('runs a pod to its end and says so', async ({ lab }) => {
    await lab.create('jobs', job("console.log('done')"));
    const over = await finished(lab);
    expect(conditions(over)).toEqual([
      'Complete True CompletionsReached',
      'SuccessCriteriaMet True CompletionsReached',
    ]);
    expect(over.status).toMatchObject({
      succeeded: 1,
      startTime: expect.any(String),
      completionTime: expect.any(String),
    });
    const [pod] = await lab.pods('job-name=work');
    expect(pod?.status?.phase).toBe('Succeeded');
    expect(pod?.metadata?.ownerReferences).toMatchObject([{ kind: 'Job', name: 'work', controller: true }]);
    expect(await printed(lab, pod?.metadata?.name ?? '')).toBe('done\n');
    expect(await eventMessage(lab, 'work', 'Completed')).toBe('Job completed');
  });

  test('runs as many pods at once as it may', async ({ lab }) => {
    await lab.create('jobs', job('', { completions: 3, parallelism: 2 }));
    expect((await finished(lab)).status?.succeeded).toBe(3);
    expect(await lab.pods('job-name=work')).toHaveLength(3);
  });

  test('gives each pod of an Indexed Job its index', async ({ lab }) => {
    const program = 'console.log(process.env.JOB_COMPLETION_INDEX)';
    await lab.create('jobs', job(program, { completions: 2, parallelism: 2, completionMode: 'Indexed' }));
    expect((await finished(lab)).status?.completedIndexes).toBe('0,1');
    const pods = await lab.pods('job-name=work');
    const outputs = await Promise.all(pods.map(({ metadata }) => printed(lab, metadata?.name ?? '')));
    expect(outputs.sort()).toEqual(['0\n', '1\n']);
    expect(pods.map(({ spec }) => spec?.hostname ?? '').sort()).toEqual(['work-0', 'work-1']);
  });

  test('fails when its pods fail too often', async ({ lab }) => {
    await lab.create('jobs', job('process.exit(3)', { backoffLimit: 0 }));
    expect(conditions(await finished(lab))).toEqual([
      'Failed True BackoffLimitExceeded',
      'FailureTarget True BackoffLimitExceeded',
    ]);
    expect(await eventMessage(lab, 'work', 'BackoffLimitExceeded')).toBe(
      'Job has reached the specified backoff limit',
    );
  });

  test('fails when its deadline passes, and ends its pods', async ({ lab }) => {
    await lab.create('jobs', job('setInterval(() => {}, 1000)', { activeDeadlineSeconds: 5 }));
    expect(conditions(await finished(lab))).toContain('Failed True DeadlineExceeded');
    expect((await lab.pods()).filter(({ status }) => status?.phase === 'Running')).toEqual([]);
  });

  test('that is suspended has no pods', async ({ lab }) => {
    await lab.create('jobs', job('', { suspend: true }));
    const suspended = await lab.eventually<Job>(
      'jobs',
      'work',
      ({ status }) => status?.conditions !== undefined,
    );
    expect(conditions(suspended)).toEqual(['Suspended True JobSuspended']);
    expect(await lab.pods()).toEqual([]);
    await lab.patch('jobs', 'work', { spec: { suspend: false } });
    expect(conditions(await finished(lab))).toContain('Complete True CompletionsReached');
  });

  test('leaves its pods where a deletion does not say what becomes of them', async ({ lab }) => {
    await lab.create('jobs', job(''));
    await finished(lab);
    await lab.remove('jobs', 'work');
    await lab.gone('jobs', 'work');
    const [pod] = await lab.pods('job-name=work');
    expect(pod?.metadata?.ownerReferences).toBeUndefined();
  });

  test('is refused where its pods would restart for ever, or its template changes', async ({ lab }) => {
    const refused = await lab.create('jobs', {
      metadata: { name: 'work' },
      spec: { template: { spec: podSpec() } },
    });
    expect(refused.code).toBe(422);
    expect(refused.body.message).toBe(
      'Job.batch "work" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    );
    await lab.create('jobs', job(''));
    const changed = await lab.patch('jobs', 'work', { spec: { completions: 5 } });
    expect(changed.body.message).toBe(
      'Job.batch "work" is invalid: spec.completions: Invalid value: 5: field is immutable',
    );
  });
});
