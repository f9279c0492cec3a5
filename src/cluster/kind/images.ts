import { existsSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import path from 'node:path';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import type { Image } from '../provider.ts';
import type { KindTools } from './tools.ts';

const buildDeadlineMs = 600_000;

/** Where an image goes, and what it may leave there until the cluster is deleted. */
export interface ImageTarget {
  kindName: string;
  nodes: readonly string[];
  /** Folder of the cluster: what lies there for a moment goes with it if this process is killed. */
  folder: string;
  /** Called before an image is built that the engine did not have, with what it will be called there: it is to go with the cluster. */
  onBuild: (name: string) => void;
}

/**
 * Makes an image known to nodes of a kind cluster: built where there is something to build it from, else taken as
 * the container engine has it.
 *
 * @throws {OpenbellError} exit code 106.
 */
export async function loadImage(tools: KindTools, target: ImageTarget, image: Image): Promise<void> {
  const { kindName, nodes, folder } = target;
  const name = tools.engine === 'docker' ? image.name : qualified(image.name);
  const had = await has(tools, name);
  const builds = image.layOut !== undefined || existsSync(path.join(image.workingDir, 'Dockerfile'));
  if (builds) {
    if (!had) target.onBuild(name);
    await build(tools, { ...image, name }, folder);
  } else if (!had && !(await has(tools, image.name))) {
    throw new OpenbellError(`expected the container image "${image.name}" in ${tools.engine}, found none`, {
      code: 'IMAGE_MISSING',
      exitCode: exitCodes.clusterNotProvided,
      hint: `Build or pull it first: ${tools.engine} build -t ${image.name} ${image.workingDir}; or put a Dockerfile into that folder.`,
    });
  }
  const where = ['--name', kindName, '--nodes', nodes.join(',')];
  if (tools.engine === 'docker') {
    await tools.kind(['load', 'docker-image', name, ...where], { timeoutMs: buildDeadlineMs });
  } else if (builds || had) {
    await loadArchive(tools, name, where, folder);
  } else {
    // Built here by somebody, under a name that podman says is of localhost.
    await tools.docker(['tag', image.name, name]);
    try {
      await loadArchive(tools, name, where, folder);
    } finally {
      await tools.docker(['untag', name]);
    }
  }
}

/**
 * An image's name in full. A kubelet completes short ones by docker.io, as docker does; podman puts what it builds under localhost, where
 * no kubelet would look.
 */
export function qualified(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}

/** Builds from what the image lays out itself, or from the Dockerfile in its folder. */
async function build(
  { docker }: KindTools,
  { name, workingDir, layOut }: Image,
  folder: string,
): Promise<void> {
  if (layOut === undefined) {
    await docker(['build', '--tag', name, workingDir], { timeoutMs: buildDeadlineMs });
    return;
  }
  await using context = await mkdtempDisposable(path.join(folder, 'image-'));
  await layOut(context.path);
  await docker(['build', '--tag', name, context.path], { timeoutMs: buildDeadlineMs });
}

/** `kind load docker-image` talks to docker only. */
async function loadArchive(
  { kind, docker }: KindTools,
  image: string,
  where: string[],
  folder: string,
): Promise<void> {
  await using own = await mkdtempDisposable(path.join(folder, 'image-'));
  const archive = path.join(own.path, 'image.tar');
  await docker(['save', '--output', archive, image], { timeoutMs: buildDeadlineMs });
  await kind(['load', 'image-archive', archive, ...where], { timeoutMs: buildDeadlineMs });
}

async function has({ docker }: KindTools, image: string): Promise<boolean> {
  return docker(['image', 'inspect', '--format', '{{.Id}}', image]).then(
    () => true,
    () => false,
  );
}
