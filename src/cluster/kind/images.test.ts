import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadImage, qualified } from './images.ts';
import type { KindTools } from './tools.ts';

it.each([
  ['node:24-slim', 'docker.io/library/node:24-slim'],
  ['openbell/sample-api:1', 'docker.io/openbell/sample-api:1'],
  ['localhost/desk:1', 'localhost/desk:1'],
  ['localhost:5000/desk:1', 'localhost:5000/desk:1'],
  ['registry.example.com/team/desk:1', 'registry.example.com/team/desk:1'],
])('a kubelet understands %s as %s', (name, full) => {
  expect(qualified(name)).toBe(full);
});

/** What kind and an engine, which has these images, are told while an image is loaded. */
async function told(engine: string, has: readonly string[], workingDir: string) {
  const calls: string[] = [];
  const docker = (args: readonly string[]): Promise<string> => {
    if (args[1] === 'inspect')
      return has.includes(args.at(-1) ?? '') ? Promise.resolve('id') : Promise.reject();
    calls.push(args.filter((arg) => !arg.startsWith('/')).join(' '));
    return Promise.resolve('');
  };
  const kind = (args: readonly string[]): Promise<string> => {
    calls.push(
      `kind ${args
        .slice(0, 3)
        .map((arg) => path.basename(arg))
        .join(' ')}`,
    );
    return Promise.resolve('');
  };
  const tools: KindTools = { engine, docker, kind };
  const image = { name: 'team/desk:1', command: [], workingDir, env: {} };
  const built: string[] = [];
  const onBuild = (name: string): unknown => built.push(`${name} after ${calls.length} calls`);
  await loadImage(tools, { kindName: 'openbell-lab', nodes: ['a'], folder: workingDir, onBuild }, image);
  return { built, calls };
}

it('is built and loaded under its own name by docker, in full by others', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-desk-'));
  await writeFile(path.join(folder.path, 'Dockerfile'), 'FROM scratch');
  expect(await told('docker', [], folder.path)).toEqual({
    built: ['team/desk:1 after 0 calls'],
    calls: ['build --tag team/desk:1', 'kind load docker-image desk:1'],
  });
  expect(await told('podman', [], folder.path)).toEqual({
    built: ['docker.io/team/desk:1 after 0 calls'],
    calls: [
      'build --tag docker.io/team/desk:1',
      'save --output docker.io/team/desk:1',
      'kind load image-archive image.tar',
    ],
  });
});

it('that somebody built with podman lends its full name to the cluster, and is left as it was', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-desk-'));
  expect(await told('podman', ['team/desk:1'], folder.path)).toEqual({
    built: [],
    calls: [
      'tag team/desk:1 docker.io/team/desk:1',
      'save --output docker.io/team/desk:1',
      'kind load image-archive image.tar',
      'untag docker.io/team/desk:1',
    ],
  });
});
