import { kindRequirementsHere } from '../../src/cluster/index.ts';
import { runProgram } from '../../src/support/index.ts';

/**
 * Why tests on kind cannot run on this machine, or null when they can. They pull nothing: an image for the nodes must be here, named by
 * `OPENBELL_KIND_IMAGE` or found as `kindest/node`.
 */
export async function whyNoKind(): Promise<string | null> {
  const failed = (await kindRequirementsHere()).find(({ state }) => state === 'failed');
  if (failed !== undefined) return `${failed.name}: ${failed.detail}`;
  const image = await nodeImageHere();
  if (image === null) return 'no image kindest/node is here; OPENBELL_KIND_IMAGE names another';
  process.env['OPENBELL_KIND_IMAGE'] = image;
  return null;
}

/** An image for kind's nodes that needs no network; null where there is none. */
export async function nodeImageHere(): Promise<string | null> {
  const named = process.env['OPENBELL_KIND_IMAGE'] ?? '';
  if (named !== '') return named;
  const list = ['images', '--format', '{{.Repository}}:{{.Tag}}', 'kindest/node'];
  const { stdout } = await runProgram('docker', list);
  return stdout.split('\n').find((name) => name !== '' && !name.endsWith(':<none>')) ?? null;
}
