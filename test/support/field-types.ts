/**
 * Writes the field types of the kinds that the embedded API server decodes, taken from the official client's models:
 * `node test/support/field-types.ts && npm run fix`. A test compares the file with what this makes.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

interface Attribute {
  baseName: string;
  type: string;
  format: string;
}

type Types = Record<string, Record<string, string>>;

const roots = [
  'CoreV1Event',
  'V1Binding',
  'V1ConfigMap',
  'V1DeleteOptions',
  'V1Deployment',
  'V1EndpointSlice',
  'V1Eviction',
  'V1HorizontalPodAutoscaler',
  'V1Job',
  'V1Lease',
  'V1Namespace',
  'V1Node',
  'V1Pod',
  'V1PodDisruptionBudget',
  'V1ReplicaSet',
  'V1Scale',
  'V1Secret',
  'V1Service',
  'V2HorizontalPodAutoscaler',
];

/** Quantities are text in the models; these fields hold them, alone or in a map. */
const quantities = new Set([
  'V1ContainerStatus.allocatedResources',
  'V1EmptyDirVolumeSource.sizeLimit',
  'V1NodeStatus.allocatable',
  'V1NodeStatus.capacity',
  'V1PodSpec.overhead',
  'V1ResourceFieldSelector.divisor',
  'V1ResourceRequirements.limits',
  'V1ResourceRequirements.requests',
  'V1VolumeResourceRequirements.limits',
  'V1VolumeResourceRequirements.requests',
  'V2HPAScalingRules.tolerance',
  'V2MetricTarget.averageValue',
  'V2MetricTarget.value',
  'V2MetricValueStatus.averageValue',
  'V2MetricValueStatus.value',
]);

export const fieldTypesFile = fileURLToPath(
  new URL('../../src/cluster/embedded/control-plane/api-server/decode/field-types.json', import.meta.url),
);

/** For each struct its fields, with `[]` and `{}` before the type of lists' and maps' elements. */
export async function fieldTypes(): Promise<Types> {
  const models = (await import('@kubernetes/client-node')) as unknown as Record<
    string,
    { getAttributeTypeMap?(): Attribute[] } | undefined
  >;
  const types: Types = {};
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const attributes = models[name]?.getAttributeTypeMap?.();
    if (attributes === undefined || types[name] !== undefined) continue;
    const fields: Record<string, string> = {};
    for (const { baseName, type, format } of attributes) {
      const { container, element } = parts(type);
      const isQuantity = quantities.has(`${name}.${baseName}`);
      fields[baseName] = container + (isQuantity ? 'quantity' : (scalars[element] ?? format) || element);
      if (scalars[element] === undefined && element in models) {
        fields[baseName] = container + element;
        waiting.push(element);
      }
    }
    types[name] = fields;
  }
  return Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const scalars: Record<string, string> = {
  string: 'string',
  boolean: 'bool',
  Date: 'time',
  V1MicroTime: 'time',
  IntOrString: 'intOrString',
  any: 'any',
  object: 'any',
};

function parts(type: string): { container: '' | '[]' | '{}'; element: string } {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return { container: '[]', element: list };
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) return { container: '{}', element: map };
  return { container: '', element: type };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(fieldTypesFile, `${JSON.stringify(await fieldTypes(), null, 2)}\n`);
}
