/** The kinds' fields and their types as OpenAPI schemas: what `kubectl explain` shows. They come without descriptions. */
import { structTypes } from './decode/decode.ts';
import type { Kind } from './kinds/strategy.ts';

const scalars: Record<string, object> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  byte: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  quantity: { type: 'string' },
  intOrString: { type: 'string', format: 'int-or-string' },
};

/** The schemas of these kinds and of everything that they are made of, by name. */
export function schemasOf(kinds: readonly Kind[]): Record<string, object> {
  const schemas: Record<string, object> = {};
  const waiting: string[] = [];
  for (const { type } of kinds) {
    const root = structTypes.rootOf(type);
    if (structTypes.fieldsOf(root) === undefined) continue;
    const { group, version, kind } = type;
    schemas[nameOf(root)] = {
      ...schemaOf(root, waiting),
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
  }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    schemas[nameOf(name)] ??= schemaOf(name, waiting);
  }
  return schemas;
}

function schemaOf(name: string, waiting: string[]): object {
  const fields = Object.entries(structTypes.fieldsOf(name) ?? {});
  const properties = Object.fromEntries(fields.map(([field, type]) => [field, typeSchema(type, waiting)]));
  return { type: 'object', properties };
}

function typeSchema(type: string, waiting: string[]): object {
  if (type.startsWith('[]')) return { type: 'array', items: typeSchema(type.slice(2), waiting) };
  if (type.startsWith('{}'))
    return { type: 'object', additionalProperties: typeSchema(type.slice(2), waiting) };
  if (structTypes.fieldsOf(type) === undefined) return scalars[type] ?? { type: 'object' };
  waiting.push(type);
  return { allOf: [{ $ref: `#/components/schemas/${nameOf(type)}` }] };
}

/** `V1Container` → `v1.Container`: clients show what follows the last dot. */
function nameOf(struct: string): string {
  return struct.replace(/^(.*?)V(\d)/, (_, group: string, version: string) => `${group}v${version}.`);
}
