/** With kind's variable every command is podman's: programs of both names lie on PATH and say what they were asked. */
import { chmod, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameImage } from '../existing/images.ts';
import { loadImage } from './images.ts';
import { powerNode } from './nodes.ts';
import { kindRequirements } from './requirements.ts';
import { kindTools } from './tools.ts';

const podmanInfo = {
  host: { cpus: 2, memTotal: 8 * 2 ** 30, os: 'linux', distribution: { distribution: 'fedora' } },
  version: { Version: '5.2.1' },
};

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
const before = {
  PATH: process.env['PATH'],
  KIND_EXPERIMENTAL_PROVIDER: process.env['KIND_EXPERIMENTAL_PROVIDER'],
};

beforeAll(async () => {
  folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-tools-'));
  await writeFile(path.join(folder.path, 'info.json'), JSON.stringify(podmanInfo));
  for (const name of ['docker', 'podman', 'kind']) {
    const file = path.join(folder.path, name);
    const script = `#!/bin/sh
echo "${name} $*" >> ${folder.path}/asked
case "${name} $1" in
  "podman info") cat ${folder.path}/info.json ;;
  "podman inspect") echo '{"Running":false,"Status":"exited","ExitCode":137}' ;;
  "kind version") echo kind v0.30.0 go1.26 linux/amd64 ;;
esac
`;
    await writeFile(file, script);
    await chmod(file, 0o700);
  }
  process.env['PATH'] = `${folder.path}${path.delimiter}${before.PATH}`;
  process.env['KIND_EXPERIMENTAL_PROVIDER'] = 'podman';
});

afterAll(async () => {
  process.env['PATH'] = before.PATH;
  if (before.KIND_EXPERIMENTAL_PROVIDER === undefined) delete process.env['KIND_EXPERIMENTAL_PROVIDER'];
  else process.env['KIND_EXPERIMENTAL_PROVIDER'] = before.KIND_EXPERIMENTAL_PROVIDER;
  await folder.remove();
});

test('with kind’s variable set to podman nothing asks docker', async () => {
  const tools = kindTools();
  const requirements = await kindRequirements(tools);
  expect(requirements).toContainEqual({
    name: 'podman',
    state: 'ok',
    detail: expect.stringContaining('5.2.1 on fedora, 2 CPUs'),
  });
  expect(await powerNode(tools, 'lab-worker', 'kill')).toBe(
    'podman reports the container lab-worker as exited with exit code 137',
  );
  const layOut = (): Promise<void> => Promise.resolve();
  const image = { name: 'openbell/sample-api:1', command: ['node'], workingDir: '/', env: {}, layOut };
  const nodes = ['openbell-lab-worker'];
  const target = { kindName: 'openbell-lab', nodes, folder: folder.path, onBuild: () => {} };
  await loadImage(tools, target, image);
  const how = { signal: new AbortController().signal, onProgress: () => {} };
  const pushed = await nameImage(image, { named: {}, push: 'registry.example.com/team/' }, how);
  expect(pushed).toMatch(/^registry\.example\.com\/team\/openbell\/sample-api:[0-9a-f]{12}$/);

  const asked = (await readFile(path.join(folder.path, 'asked'), 'utf8')).trim().split('\n');
  expect(asked.filter((line) => line.startsWith('docker '))).toEqual([]);
  expect(asked).toContain(`podman push ${pushed}`);
  // kind loads images of docker only; podman's come as an archive.
  expect(asked.filter((line) => line.startsWith('kind load'))).toEqual([
    expect.stringMatching(/^kind load image-archive .* --name openbell-lab --nodes openbell-lab-worker$/),
  ]);
});

test('an engine that kind does not know is refused, with those that it does', () => {
  expect(() => kindTools({ KIND_EXPERIMENTAL_PROVIDER: 'dokcer' })).toThrow(
    'KIND_EXPERIMENTAL_PROVIDER: expected one of docker, podman, nerdctl, finch, got "dokcer"',
  );
});
