import { readFile } from 'node:fs/promises';
import { OpenbellError, messageOf } from '../../../../support/index.ts';
import type { ProcessImage } from '../../../provider.ts';

/**
 * The program that stands for an image name, looked up anew at each pull. A name without a tag means `:latest`, and
 * `docker.io/` (with `library/`) may be left out, as everywhere.
 *
 * @throws {OpenbellError} `IMAGE_NOT_FOUND` when the registry does not know the name, `IMAGES_UNREADABLE` when its file
 *   cannot be read.
 */
export async function pullImage(imagesFile: string, name: string): Promise<ProcessImage> {
  const images = await readImages(imagesFile);
  const wanted = canonicalName(name);
  const found = images.find((image) => canonicalName(image.name) === wanted);
  if (found !== undefined) return found;
  throw new OpenbellError(
    `failed to pull and unpack image "${wanted}": failed to resolve reference "${wanted}": ${wanted}: not found`,
    {
      code: 'IMAGE_NOT_FOUND',
      hint: `this cluster knows ${images.map((image) => image.name).join(', ') || 'no image yet'}`,
    },
  );
}

async function readImages(imagesFile: string): Promise<ProcessImage[]> {
  try {
    return JSON.parse(await readFile(imagesFile, 'utf8')) as ProcessImage[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new OpenbellError(`failed to pull: registry ${imagesFile}: ${messageOf(error)}`, {
      code: 'IMAGES_UNREADABLE',
      cause: error,
    });
  }
}

function canonicalName(name: string): string {
  const [repository, ...rest] = name
    .replace(/^docker\.io\//, '')
    .replace(/^library\//, '')
    .split('@');
  const tagged = /:[^/]+$/.test(repository ?? '') ? repository : `${repository}:latest`;
  const short = [tagged, ...rest].join('@');
  // The part before the first slash is a registry only when it looks like a host.
  const [first = '', ...path] = short.split('/');
  if (path.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')) return short;
  return path.length === 0 ? `docker.io/library/${short}` : `docker.io/${short}`;
}
