import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OpenbellError, exitCodes, runProgram } from '../../support/index.ts';
import { containerEngine } from '../container-engine.ts';
import type { CreateOptions, Image } from '../provider.ts';

/** How the cluster's nodes come by the images of a workload. */
export interface ImageChoice {
  /** Names under which a registry has images already, by the names that we give them. */
  named: Readonly<Record<string, string | undefined>>;
  /** Registry and path to which images are pushed, `registry.example.com/team`. */
  push?: string | undefined;
}

const deadlineMs = 600_000;

/**
 * The name by which the cluster's nodes find an image: the one that was given, the one it was pushed under, or its own, for
 * images that the user's manifests name and some registry has.
 *
 * @throws {OpenbellError} exit code 106 where it is none of these.
 */
export async function nameImage(
  image: Image,
  { named, push }: ImageChoice,
  { signal, onProgress }: Pick<CreateOptions, 'signal' | 'onProgress'>,
): Promise<string> {
  const { name, layOut } = image;
  if (layOut === undefined) return name;
  const given = named[name];
  if (given !== undefined) return given;
  if (push !== undefined) return pushed(layOut, `${push.replace(/\/$/, '')}/${name}`, { signal, onProgress });
  throw new OpenbellError(`the cluster's nodes cannot know the image ${name}, which is built here`, {
    code: 'IMAGE_MISSING',
    exitCode: exitCodes.clusterNotProvided,
    hint: 'Name one that its registry has (--image NAME, --load-image NAME for load generators), or a registry to push it to (--push registry.example.com/team).',
  });
}

async function pushed(
  layOut: NonNullable<Image['layOut']>,
  repository: string,
  { signal, onProgress }: Pick<CreateOptions, 'signal' | 'onProgress'>,
): Promise<string> {
  const engine = containerEngine();
  const context = await mkdtemp(path.join(tmpdir(), 'openbell-image-'));
  try {
    await layOut(context);
    // Nodes keep what they pulled: another content needs another tag.
    const name = `${repository.replace(/:[^:/]+$/, '')}:${await digestOf(context)}`;
    onProgress(`building and pushing ${name}`);
    await runProgram(engine, ['build', '--tag', name, context], { signal, timeoutMs: deadlineMs });
    await runProgram(engine, ['push', name], { signal, timeoutMs: deadlineMs });
    return name;
  } catch (cause) {
    signal.throwIfAborted();
    throw new OpenbellError(`the image could not be pushed: ${(cause as Error).message}`, {
      code: 'IMAGE_NOT_PUSHED',
      exitCode: exitCodes.clusterNotProvided,
      hint: `Log in first: ${engine} login ${repository.split('/')[0]}`,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.toSorted()) {
    hash.update(path.relative(folder, file)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}
