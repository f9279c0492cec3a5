import { ApiError, resources, type Api, type ResourceType } from '../../api.ts';
import type { ConfigMap, KubeObject, Pod, Secret } from '../../objects.ts';
import type { SpecContainer } from './environment.ts';

/** The ConfigMaps and Secrets that a container's environment refers to and that exist, by name. */
export async function environmentObjects(
  api: Api,
  pod: Pod,
  { env = [], envFrom = [] }: SpecContainer,
): Promise<{ configMaps: Map<string, ConfigMap>; secrets: Map<string, Secret> }> {
  const namespace = pod.metadata?.namespace;
  const configMaps = [
    ...env.map((each) => each.valueFrom?.configMapKeyRef),
    ...envFrom.map((each) => each.configMapRef),
  ];
  const secrets = [
    ...env.map((each) => each.valueFrom?.secretKeyRef),
    ...envFrom.map((each) => each.secretRef),
  ];
  const [foundMaps, foundSecrets] = await Promise.all([
    getAll(api, resources.configMaps, namespace, names(configMaps)),
    getAll(api, resources.secrets, namespace, names(secrets)),
  ]);
  return { configMaps: foundMaps, secrets: foundSecrets };
}

function names(refs: ({ name?: string } | undefined)[]): string[] {
  return [...new Set(refs.flatMap((ref) => ref?.name ?? []))];
}

async function getAll<T extends KubeObject>(
  api: Api,
  type: ResourceType<T>,
  namespace: string | undefined,
  wanted: string[],
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const name of wanted) {
    try {
      found.set(name, await api.get(type, { namespace, name }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
    }
  }
  return found;
}
