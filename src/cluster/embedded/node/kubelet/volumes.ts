/**
 * Volumes of pods, as folders of the node. A process has no file system of its own, so the mounts of a container are
 * links below a folder that it is told by the variable VOLUME_ROOT: `/etc/settings` is `$VOLUME_ROOT/etc/settings`.
 */
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { OpenbellError } from '../../../../support/index.ts';
import { ApiError, resources } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import { fieldValue, resourceValue, type EnvironmentSources, type SpecContainer } from './environment.ts';
import { expand } from './expand.ts';
import type { KubeletContext } from './context.ts';

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
type Fields = Pick<EnvironmentSources, 'pod' | 'container' | 'address' | 'config'>;

/** A file of a volume, by its path in there. */
interface VolumeFile {
  path: string;
  content: Buffer;
  mode: number;
}

/** Where a container finds its mounts; undefined where it has none. */
export function volumeRoot(
  { config }: KubeletContext,
  { metadata }: Pod,
  { name, volumeMounts = [] }: SpecContainer,
): string | undefined {
  if (volumeMounts.length === 0) return undefined;
  return join(config.runDir, 'volumes', metadata?.uid ?? '', 'roots', name);
}

/**
 * Makes every volume of the pod, and the container's mounts of them.
 *
 * @throws {OpenbellError} `VOLUME_NOT_READY` in the kubelet's words, where something is missing.
 */
export async function mountVolumes(
  context: KubeletContext,
  fields: Fields,
  env: Record<string, string>,
): Promise<void> {
  const { pod, container } = fields;
  const folder = join(context.config.runDir, 'volumes', pod.metadata?.uid ?? '', 'volumes');
  for (const volume of pod.spec?.volumes ?? []) await setUp(context, volume, { folder, fields });
  const root = volumeRoot(context, pod, container);
  if (root === undefined) return;
  await rm(root, { recursive: true, force: true });
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => a.mountPath.length - b.mountPath.length);
  for (const { name, mountPath, subPath, subPathExpr } of mounts) {
    const volume = pod.spec?.volumes?.find((volume) => volume.name === name);
    const part = subPath ?? (subPathExpr === undefined ? '' : expand(subPathExpr, env));
    const source = join(volume?.hostPath?.path ?? join(folder, name), normalize(`/${part}`));
    const target = join(root, normalize(`/${mountPath}`));
    if (part !== '' && volume?.emptyDir !== undefined) await mkdir(source, { recursive: true });
    await mkdir(dirname(target), { recursive: true });
    await symlink(source.replace(/\/$/, ''), target);
  }
}

/** Takes away what {@link mountVolumes} has made for a pod. */
export async function removeVolumes({ config }: KubeletContext, uid: string): Promise<void> {
  await rm(join(config.runDir, 'volumes', uid), { recursive: true, force: true });
}

async function setUp(
  context: KubeletContext,
  volume: Volume,
  { folder, fields }: { folder: string; fields: Fields },
): Promise<void> {
  const at = join(folder, volume.name);
  if (volume.hostPath !== undefined) return;
  if (volume.emptyDir !== undefined) return void (await mkdir(at, { recursive: true }));
  const files = await filesOf(context, volume, fields);
  await mkdir(at, { recursive: true });
  for (const { path, content, mode } of files) {
    const file = join(at, normalize(`/${path}`));
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    await writeFile(file, content);
    await chmod(file, mode);
  }
}

async function filesOf(context: KubeletContext, volume: Volume, fields: Fields): Promise<VolumeFile[]> {
  const { configMap, secret, downwardAPI, projected, name } = volume;
  if (projected !== undefined) {
    const parts = await Promise.all(
      (projected.sources ?? []).map((source) =>
        filesOfSource(context, source, { volume: name, mode: projected.defaultMode, fields }),
      ),
    );
    return parts.flat();
  }
  if (configMap === undefined && secret === undefined && downwardAPI === undefined) {
    const kinds = Object.keys(volume).filter((field) => field !== 'name');
    throw notReady(name, `volumes of the kind ${kinds.join(', ')} are not supported by this cluster`);
  }
  const { secretName, ...ofSecret } = secret ?? {};
  const source: Projection = {
    ...(configMap && { configMap }),
    ...(secret && { secret: { ...ofSecret, ...(secretName !== undefined && { name: secretName }) } }),
    ...(downwardAPI && { downwardAPI }),
  };
  const mode = configMap?.defaultMode ?? secret?.defaultMode ?? downwardAPI?.defaultMode;
  return filesOfSource(context, source, { volume: name, mode, fields });
}

async function filesOfSource(
  context: KubeletContext,
  { configMap, secret, downwardAPI }: Projection,
  { volume, mode = 0o644, fields }: { volume: string; mode: number | undefined; fields: Fields },
): Promise<VolumeFile[]> {
  if (downwardAPI !== undefined) {
    return (downwardAPI.items ?? []).map(({ path, fieldRef, resourceFieldRef, mode: own }) => {
      const text =
        fieldRef !== undefined
          ? fieldValue(fieldRef.fieldPath, fields)
          : resourceFieldRef === undefined
            ? ''
            : resourceValue(resourceFieldRef, fields);
      return { path, content: Buffer.from(text), mode: own ?? mode };
    });
  }
  const source = configMap ?? secret;
  if (source === undefined) return [];
  const kind = configMap === undefined ? 'secret' : 'configmap';
  const ref = { namespace: fields.pod.metadata?.namespace, name: source.name ?? '' };
  const data: Record<string, Buffer> = await dataOf(context, kind, ref).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    if (source.optional === true) return {};
    throw notReady(volume, `${kind} "${ref.name}" not found`);
  });
  if (source.items === undefined) {
    return Object.entries(data).map(([path, content]) => ({ path, content, mode }));
  }
  return source.items.flatMap(({ key, path, mode: own }) => {
    const content = data[key];
    if (content !== undefined) return [{ path, content, mode: own ?? mode }];
    if (source.optional === true) return [];
    throw notReady(volume, `references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`);
  });
}

async function dataOf(
  { api }: KubeletContext,
  kind: 'configmap' | 'secret',
  ref: { namespace: string | undefined; name: string },
): Promise<Record<string, Buffer>> {
  if (kind === 'secret') return bytes((await api.get(resources.secrets, ref)).data, 'base64');
  const { data, binaryData } = await api.get(resources.configMaps, ref);
  return { ...bytes(data, 'utf8'), ...bytes(binaryData, 'base64') };
}

function bytes(data: Record<string, string> | undefined, encoding: BufferEncoding): Record<string, Buffer> {
  const entries = Object.entries(data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, encoding)]));
}

function notReady(volume: string, why: string): OpenbellError {
  return new OpenbellError(`MountVolume.SetUp failed for volume "${volume}" : ${why}`, {
    code: 'VOLUME_NOT_READY',
  });
}
