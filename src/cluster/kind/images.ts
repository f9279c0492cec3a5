import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import type { Image } from '../provider.ts';
import type { KindTools } from './tools.ts';

const buildDeadlineMs = 600_000;

/**
 * Makes an image known to nodes of a kind cluster: built where there is something to build it from, else taken as
 * the container engine has it.
 *
 * @returns what the engine calls it if it was built by us, so that it can go with the cluster; else null.
 * @throws {OpenbellError} exit code 106.
 */
export async function loadImage(
  tools: KindTools,
  { kindName, nodes }: { kindName: string; nodes: readonly string[] },
  image: Image,
): Promise<{ built: string | null }> {
  const name = tools.engine === 'docker' ? image.name : qualified(image.name);
  const had = await has(tools, name);
  const built = await build(tools, { ...image, name });
  if (!built && !had && !(await has(tools, image.name))) {
    throw new OpenbellError(`expected the container image "${image.name}" in ${tools.engine}, found none`, {
      code: 'IMAGE_MISSING',
      exitCode: exitCodes.clusterNotProvided,
      hint: `Build or pull it first: ${tools.engine} build -t ${image.name} ${image.workingDir}; or put a Dockerfile into that folder.`,
    });
  }
  const where = ['--name', kindName, '--nodes', nodes.join(',')];
  if (tools.engine === 'docker') {
    await tools.kind(['load', 'docker-image', name, ...where], { timeoutMs: buildDeadlineMs });
  } else if (built || had) {
    await loadArchive(tools, name, where);
  } else {
    // Built here by somebody, under a name that podman says is of localhost.
    await tools.docker(['tag', image.name, name]);
    try {
      await loadArchive(tools, name, where);
    } finally {
      await tools.docker(['untag', name]);
    }
  }
  return { built: built && !had ? name : null };
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
async function build({ docker }: KindTools, { name, workingDir, layOut }: Image): Promise<boolean> {
  if (layOut === undefined) {
    if (!existsSync(path.join(workingDir, 'Dockerfile'))) return false;
    await docker(['build', '--tag', name, workingDir], { timeoutMs: buildDeadlineMs });
    return true;
  }
  const context = await mkdtemp(path.join(tmpdir(), 'openbell-image-'));
  try {
    await layOut(context);
    await docker(['build', '--tag', name, context], { timeoutMs: buildDeadlineMs });
    return true;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** `kind load docker-image` talks to docker only. */
async function loadArchive({ kind, docker }: KindTools, image: string, where: string[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openbell-image-'));
  try {
    const archive = path.join(folder, 'image.tar');
    await docker(['save', '--output', archive, image], { timeoutMs: buildDeadlineMs });
    await kind(['load', 'image-archive', archive, ...where], { timeoutMs: buildDeadlineMs });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function has({ docker }: KindTools, image: string): Promise<boolean> {
  return docker(['image', 'inspect', '--format', '{{.Id}}', image]).then(
    () => true,
    () => false,
  );
}
