import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullImage } from './images.ts';

let folder: string;
let file: string;
const image = (name: string) => ({ name, command: ['node'], workingDir: '/', env: {} });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openbell-images-'));
  file = join(folder, 'images.json');
  writeFileSync(file, JSON.stringify([image('openbell/sample-api:1'), image('web')]));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['openbell/sample-api:1', 'openbell/sample-api:1'],
  ['docker.io/openbell/sample-api:1', 'openbell/sample-api:1'],
  ['web:latest', 'web'],
  ['docker.io/library/web', 'web'],
])('%s names the image %s', async (asked, name) => {
  expect(await pullImage(file, asked)).toMatchObject({ name });
});

test.each(['openbell/sample-api:2', 'registry.example:5000/web', 'nginx'])(
  '%s is not found',
  async (asked) => {
    await expect(pullImage(file, asked)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  },
);

test('an image added later is known at the next pull', async () => {
  writeFileSync(file, JSON.stringify([image('late:1')]));
  expect(await pullImage(file, 'late:1')).toMatchObject({ name: 'late:1' });
});

test('a broken registry file is told apart from an unknown image', async () => {
  writeFileSync(file, '{');
  await expect(pullImage(file, 'web')).rejects.toMatchObject({ code: 'IMAGES_UNREADABLE' });
});
