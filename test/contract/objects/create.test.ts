import { describe, expect } from 'vitest';
import { send } from '../support/client.ts';
import { test } from '../support/lab.ts';
import { configMap, pendingPod, replicated } from '../support/objects.ts';

describe('creating', () => {
  test('answers 201 with the object, its UID, version and time', async ({ lab }) => {
    const { code, body } = await lab.create('configmaps', configMap('a', { k: 'v' }));
    expect(code).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { k: 'v' },
      metadata: {
        name: 'a',
        namespace: lab.namespace,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    });
  });

  test('counts generations of kinds that have a spec and a status, from 1', async ({ lab }) => {
    const deployment = await lab.create('deployments', replicated('Deployment', 'a', { replicas: 0 }));
    expect(deployment.body.metadata?.generation).toBe(1);
    const map = await lab.create('configmaps', configMap('a'));
    expect(map.body.metadata?.generation).toBeUndefined();
  });

  test('makes up a name of five letters and digits after generateName', async ({ lab }) => {
    const { body } = await lab.create('configmaps', { metadata: { generateName: 'made-' } });
    expect(body.metadata?.name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('ignores what only the server may set', async ({ lab }) => {
    const metadata = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 7 };
    const { body } = await lab.create('configmaps', configMap('a', {}, metadata));
    expect(body.metadata?.uid).not.toBe('mine');
    expect(body.metadata?.creationTimestamp).not.toBe('2001-01-01T00:00:00Z');
  });

  test('is refused with 409 AlreadyExists where the name is taken', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { code, body } = await lab.create('configmaps', configMap('a'));
    expect(code).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
      code: 409,
    });
  });

  test('is refused with 404 in a namespace that does not exist', async () => {
    const { code, body } = await send('POST', '/api/v1/namespaces/no-such/configmaps', {
      body: configMap('a'),
    });
    expect(code).toBe(404);
    expect(body).toMatchObject({
      reason: 'NotFound',
      message: 'namespaces "no-such" not found',
      details: { name: 'no-such', kind: 'namespaces' },
    });
  });

  test('is refused with 400 where object and URL name different namespaces', async ({ lab }) => {
    const { code, body } = await lab.create('configmaps', configMap('a', {}, { namespace: 'other' }));
    expect(code).toBe(400);
    expect(body.message).toBe(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  });

  test('without a name is refused with 422', async ({ lab }) => {
    const { code, body } = await lab.create('configmaps', { metadata: {} });
    expect(code).toBe(422);
    expect(body).toMatchObject({
      reason: 'Invalid',
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    });
  });

  test('with a name that is none is refused in the words of its rule', async ({ lab }) => {
    const { code, body } = await lab.create('configmaps', configMap('Not_A_Name'));
    expect(code).toBe(422);
    expect(body.details?.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.name',
        message:
          'Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
          "'-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
          "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      },
    ]);
  });

  test('with a label that is none is refused with 422', async ({ lab }) => {
    const { code, body } = await lab.create(
      'configmaps',
      configMap('a', {}, { labels: { a: 'not valid!' } }),
    );
    expect(code).toBe(422);
    expect(body.message).toMatch(
      /^ConfigMap "a" is invalid: metadata\.labels: Invalid value: "not valid!": a valid label must be an empty string or/,
    );
  });

  test('with the kind or version of something else is refused with 400', async ({ lab }) => {
    const other = await lab.create('configmaps', { ...configMap('a'), kind: 'Secret' });
    expect(other.code).toBe(400);
    const version = await lab.create('configmaps', { ...configMap('a'), apiVersion: 'v2' });
    expect(version.code).toBe(400);
    expect(version.body.message).toContain(
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2"',
    );
  });

  test('with a body that is no JSON, or a value of the wrong type, is refused with 400', async ({ lab }) => {
    const broken = await send('POST', lab.path('configmaps'), { body: '{"metadata":' });
    expect(broken.code).toBe(400);
    const wrong = await lab.create('configmaps', { metadata: { name: 'a' }, data: { k: 1 } });
    expect(wrong.code).toBe(400);
    expect(wrong.body.message).toContain('json: cannot unmarshal number into Go struct field ConfigMap.data');
  });

  test('takes YAML', async ({ lab }) => {
    const body = 'metadata:\n  name: from-yaml\ndata:\n  k: v\n';
    const made = await send('POST', lab.path('configmaps'), { body, type: 'application/yaml' });
    expect(made.code).toBe(201);
    expect(made.body).toMatchObject({ metadata: { name: 'from-yaml' }, data: { k: 'v' } });
  });

  test('in a media type that nobody reads is refused with 415', async ({ lab }) => {
    const { code, body } = await send<{ reason: string }>('POST', lab.path('configmaps'), {
      body: 'x',
      type: 'text/plain',
    });
    expect(code).toBe(415);
    expect(body.reason).toBe('UnsupportedMediaType');
  });

  test('as a dry run checks and completes, and keeps nothing', async ({ lab }) => {
    const { code, body } = await lab.create('pods', pendingPod('a'), { query: { dryRun: 'All' } });
    expect(code).toBe(201);
    expect(body).toMatchObject({ spec: { schedulerName: 'default-scheduler' } });
    expect((await lab.get('pods', 'a')).code).toBe(404);
    const again = await lab.create('configmaps', {}, { query: { dryRun: 'Some' } });
    expect(again.code).toBe(422);
  });
});

describe('fields that a kind does not have', () => {
  const odd = { ...configMap('a'), metadata: { name: 'a', colour: 'red' }, sugar: true };

  test('are refused where fieldValidation is Strict', async ({ lab }) => {
    const { code, body } = await lab.create('configmaps', odd, { query: { fieldValidation: 'Strict' } });
    expect(code).toBe(400);
    expect(body.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ' +
        'unknown field "metadata.colour", unknown field "sugar"',
    );
  });

  test('are dropped with a warning by default', async ({ lab }) => {
    const { code, body, warnings } = await lab.create('configmaps', odd);
    expect(code).toBe(201);
    expect(body).not.toHaveProperty('sugar');
    expect(warnings).toEqual(['unknown field "metadata.colour"', 'unknown field "sugar"']);
  });

  test('are dropped silently where fieldValidation is Ignore', async ({ lab }) => {
    const { code, warnings } = await lab.create('configmaps', odd, { query: { fieldValidation: 'Ignore' } });
    expect(code).toBe(201);
    expect(warnings).toEqual([]);
  });
});
