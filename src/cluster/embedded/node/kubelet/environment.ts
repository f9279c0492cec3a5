import { OpenbellError } from '../../../../support/index.ts';
import { milliOf, unitsOf } from '../../../../kubernetes/quantity.ts';
import type { NodeSpec } from '../../../spec.ts';
import { nodeAddress, type NodeConfig } from '../../config.ts';
import type { ConfigMap, Pod, Secret } from '../../objects.ts';
import { expand } from './expand.ts';
import type { PodAddress } from './pod-addresses.ts';

/** A container of a pod's spec. */
export type SpecContainer = NonNullable<Pod['spec']>['containers'][number];
type Variable = NonNullable<SpecContainer['env']>[number];

/** What a container's environment is made of. */
export interface EnvironmentSources {
  /** Where the container finds its mounts; undefined where it has none. */
  volumeRoot?: string | undefined;
  pod: Pod;
  container: SpecContainer;
  address: PodAddress;
  config: Pick<NodeConfig, 'addresses' | 'index' | 'node'>;
  /** Environment baked into the image. */
  imageEnv: Record<string, string>;
  serviceVariables: Record<string, string>;
  /** By name; what a container refers to and what exists. */
  configMaps: ReadonlyMap<string, ConfigMap>;
  secrets: ReadonlyMap<string, Secret>;
}

/**
 * The environment of a container. Later sources win: image, Services, what every container is told (POD_NAME, POD_IP, NODE_NAME,
 * PORT, HOSTNAME), `envFrom`, `env`.
 *
 * @throws {OpenbellError} `CONTAINER_CONFIG` when it refers to something that is not there, in the kubelet's words.
 */
export function containerEnvironment(sources: EnvironmentSources): Record<string, string> {
  const { pod, container, address, config, imageEnv } = sources;
  const name = pod.metadata?.name ?? '';
  const port = container.ports?.[0]?.containerPort;
  const variables: Record<string, string> = {
    ...imageEnv,
    ...sources.serviceVariables,
    HOSTNAME: pod.spec?.hostname ?? name,
    POD_NAME: name,
    POD_IP: address.ip,
    NODE_NAME: config.node.name,
    ...(sources.volumeRoot !== undefined && { VOLUME_ROOT: sources.volumeRoot }),
    ...(port === undefined ? {} : { PORT: realPort(address, port) }),
    ...variablesFromMaps(sources),
  };
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, variables, sources);
    if (value !== undefined) variables[variable.name] = value;
  }
  // A port that was spelled out in the spec is not the one to listen on where pods share an address.
  const { PORT } = variables;
  if (PORT !== undefined) variables['PORT'] = realPort(address, PORT);
  return variables;
}

function realPort({ portMap }: PodAddress, port: number | string): string {
  return String(portMap[port] ?? port);
}

function variablesFromMaps({ container, configMaps, secrets }: EnvironmentSources): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    const add = (data: Record<string, string>): void => {
      for (const [key, value] of Object.entries(data)) variables[prefix + key] = value;
    };
    if (configMapRef !== undefined) {
      const map = found(configMaps, 'configmap', configMapRef);
      if (map !== undefined) add(map.data ?? {});
    }
    if (secretRef !== undefined) {
      const secret = found(secrets, 'secret', secretRef);
      if (secret !== undefined) add(decoded(secret));
    }
  }
  return variables;
}

function valueOf(
  { value, valueFrom }: Variable,
  variables: Record<string, string>,
  sources: EnvironmentSources,
): string | undefined {
  if (valueFrom === undefined) return expand(value ?? '', variables);
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldValue(fieldRef.fieldPath, sources);
  if (resourceFieldRef !== undefined) return resourceValue(resourceFieldRef, sources);
  if (configMapKeyRef !== undefined) {
    const map = found(sources.configMaps, 'configmap', configMapKeyRef);
    return map && keyOf(map.data ?? {}, 'configmap', configMapKeyRef, sources);
  }
  if (secretKeyRef !== undefined) {
    const secret = found(sources.secrets, 'secret', secretKeyRef);
    return secret && keyOf(decoded(secret), 'secret', secretKeyRef, sources);
  }
  return undefined;
}

interface MapRef {
  name?: string;
  optional?: boolean;
}

function found<T>(
  maps: ReadonlyMap<string, T>,
  kind: string,
  { name = '', optional }: MapRef,
): T | undefined {
  const map = maps.get(name);
  if (map === undefined && optional !== true) throw configError(`${kind} "${name}" not found`);
  return map;
}

function keyOf(
  data: Record<string, string>,
  kind: string,
  { name, key, optional }: MapRef & { key: string },
  { pod }: EnvironmentSources,
): string | undefined {
  if (!Object.hasOwn(data, key) && optional !== true) {
    const what = kind === 'secret' ? 'Secret' : 'ConfigMap';
    throw configError(`couldn't find key ${key} in ${what} ${pod.metadata?.namespace}/${name}`);
  }
  return data[key];
}

function decoded({ data }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** The downward API's fields. */
export function fieldValue(
  path: string,
  { pod, address, config }: Pick<EnvironmentSources, 'pod' | 'address' | 'config'>,
): string {
  const { metadata, spec } = pod;
  const hostIP = nodeAddress(config.addresses, config.index);
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, field, key = ''] = subscript;
    return (field === 'labels' ? metadata?.labels : metadata?.annotations)?.[key] ?? '';
  }
  const fields: Record<string, string> = {
    'metadata.name': metadata?.name ?? '',
    'metadata.namespace': metadata?.namespace ?? '',
    'metadata.uid': metadata?.uid ?? '',
    'metadata.labels': formatMap(metadata?.labels),
    'metadata.annotations': formatMap(metadata?.annotations),
    'spec.nodeName': spec?.nodeName ?? config.node.name,
    'spec.serviceAccountName': spec?.serviceAccountName ?? '',
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
    'status.podIP': address.ip,
    'status.podIPs': address.ip,
  };
  const value = fields[path];
  if (value === undefined) throw configError(`unsupported fieldPath: ${path}`);
  return value;
}

function formatMap(map: Record<string, string> = {}): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

type ResourceRef = NonNullable<NonNullable<Variable['valueFrom']>['resourceFieldRef']>;

/** A request or limit in units of the divisor, rounded up; without a limit, what the node has. */
export function resourceValue(
  ref: ResourceRef,
  { pod, container, config }: Pick<EnvironmentSources, 'pod' | 'container' | 'config'>,
): string {
  const [kind, resource = ''] = ref.resource.split('.');
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const named = containers.find(({ name }) => name === ref.containerName) ?? container;
  const quantity = (kind === 'limits' ? named.resources?.limits : named.resources?.requests)?.[resource];
  const measure = resource === 'cpu' ? milliOf : unitsOf;
  const amount = quantity === undefined ? unset(kind, resource, config.node) : measure(quantity);
  const divisor = ref.divisor === undefined || ref.divisor === '0' ? '1' : ref.divisor;
  return String(Math.ceil(amount / measure(divisor)));
}

function unset(kind: string | undefined, resource: string, node: NodeSpec): number {
  if (kind !== 'limits') return 0;
  return resource === 'cpu' ? node.cpuMilli : resource === 'memory' ? node.memoryBytes : 0;
}

function configError(message: string): OpenbellError {
  return new OpenbellError(message, { code: 'CONTAINER_CONFIG' });
}
