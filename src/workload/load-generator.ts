import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProcessImage } from '../cluster/index.ts';
import { copyPackages, manifestOf } from './image-context.ts';

/** The image of the program that makes load inside a cluster. */
export const loadGeneratorImageName = 'openbell/load-generator:1';

const root = path.resolve(import.meta.dirname, '../..');
/** `src` in a clone, where it was compiled to otherwise. */
const sources = path.basename(path.dirname(import.meta.dirname));
const main = `${sources}/traffic/remote/main${path.extname(import.meta.filename)}`;
/** What the engine is made of. */
const folders = ['traffic', 'journal', 'support'];
const packages = ['autocannon', 'hdr-histogram-js'];

const dockerfile = `FROM docker.io/library/node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY . .
USER 1000:1000
EXPOSE 8080
CMD ["node", "${main}"]
`;

/** The traffic engine as a program, and as an image: what runs in the pods is what runs on this machine otherwise. */
export function loadGeneratorImage(): ProcessImage {
  return {
    name: loadGeneratorImageName,
    command: ['node', path.join(root, main)],
    workingDir: root,
    env: { NODE_ENV: 'production' },
    layOut,
    onControlPlane: true,
  };
}

async function layOut(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'Dockerfile'), dockerfile);
  for (const name of folders) {
    await cp(path.join(root, sources, name), path.join(folder, sources, name), {
      recursive: true,
      filter: (file) => !/\.test\.[jt]s$/.test(file),
    });
  }
  const { name, version } = await manifestOf(root);
  const manifest = { name: `${name}-load-generator`, version, private: true, type: 'module' };
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyPackages(root, folder, packages);
}
