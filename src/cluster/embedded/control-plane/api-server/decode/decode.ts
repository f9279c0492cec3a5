/**
 * Decoding: what a client sent, as the typed object that Kubernetes' decoder would make of it. Unknown fields are
 * left out and reported, `null` and empty maps are absent, quantities become canonical, wrong types are refused.
 */
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../../objects.ts';
import { canonical, parseQuantity } from '../../../../../kubernetes/quantity.ts';
import { decoded } from '../../store/index.ts';
import { badRequest } from '../errors.ts';
import type { Kind } from '../kinds/strategy.ts';

type Fields = Record<string, string>;

/** Called with the paths of fields that the kind does not have. */
export type OnUnknown = (fields: string[]) => void;

/** Generated: see test/support/field-types.ts. */
const structs = JSON.parse(readFileSync(new URL('field-types.json', import.meta.url), 'utf8')) as Record<
  string,
  Fields
>;

const rootTypes: Record<string, string> = {
  Event: 'CoreV1Event',
  HorizontalPodAutoscaler: 'V2HorizontalPodAutoscaler',
};

/** The structs that objects are made of: their fields' types, `[]` and `{}` before those of lists' and maps' elements. */
export const structTypes = {
  rootOf: ({ kind }: Kind['type']): string => rootTypes[kind] ?? `V1${kind}`,
  fieldsOf: (struct: string): Readonly<Fields> | undefined => structs[struct],
};

/** A typed copy of an object; kinds without known types are copied as they are. @throws {ApiError} 400. */
export function decode(kind: Kind, object: KubeObject, onUnknown?: OnUnknown): KubeObject {
  const { kind: name, version } = kind.type;
  const root = structTypes.rootOf(kind.type);
  if (structs[root] === undefined) return decoded(object);
  const unknown: string[] = [];
  const fail = (why: string): never => {
    throw badRequest(`${name} in version "${version}" cannot be handled as a ${name}: ${why}`);
  };
  const value = decodeStruct(object, root, { path: '', at: '' }, { unknown, fail });
  if (unknown.length > 0) onUnknown?.(unknown);
  return value as KubeObject;
}

/** Refuses unknown fields, as `fieldValidation=Strict` asks. */
export function strictly({ type }: Kind): OnUnknown {
  return (fields) => {
    const list = fields.map((field) => `unknown field "${field}"`).join(', ');
    throw badRequest(
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${list}`,
    );
  };
}

/** Where a value stands: `at` for people (`spec.containers[0].image`), `path` as Go's decoder says it, without indexes. */
interface Place {
  at: string;
  path: string;
  /** The struct that has the field. */
  owner?: string;
}

interface Findings {
  unknown: string[];
  fail: (why: string) => never;
}

function decodeStruct(value: unknown, type: string, place: Place, findings: Findings): unknown {
  if (!isMap(value)) return mismatch(value, goName(type), place, findings);
  const fields = structs[type] as Fields;
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    // What begins with $ is left over from a patch.
    if (item === undefined || item === null || name.startsWith('$')) continue;
    const fieldType = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const at = place.at === '' ? name : `${place.at}.${name}`;
    if (fieldType === undefined) {
      findings.unknown.push(at);
      continue;
    }
    const path = place.path === '' ? name : `${place.path}.${name}`;
    const decodedItem = decodeValue(item, fieldType, { at, path, owner: type }, findings);
    const isEmptyMap =
      fieldType.startsWith('{}') && isMap(decodedItem) && Object.keys(decodedItem).length === 0;
    const isEmptyList = type === 'V1ObjectMeta' && Array.isArray(decodedItem) && decodedItem.length === 0;
    if (!isEmptyMap && !isEmptyList) {
      result[name] = decodedItem;
    }
  }
  return result;
}

function decodeValue(value: unknown, type: string, place: Place, findings: Findings): unknown {
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) return mismatch(value, goName(type), place, findings);
    return value.map((item: unknown, index) =>
      decodeValue(item, type.slice(2), { ...place, at: `${place.at}[${index}]` }, findings),
    );
  }
  if (type.startsWith('{}')) {
    if (!isMap(value)) return mismatch(value, goName(type), place, findings);
    const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, decodeValue(item, type.slice(2), place, findings)]),
    );
  }
  if (structs[type] !== undefined) return decodeStruct(value, type, place, findings);
  return decodeScalar(value, type, place, findings);
}

function decodeScalar(value: unknown, type: string, place: Place, findings: Findings): unknown {
  switch (type) {
    case 'quantity':
      if (typeof value !== 'string' && typeof value !== 'number')
        return mismatch(value, 'string', place, findings);
      return quantity(String(value), findings);
    case 'string':
    case 'byte':
      return typeof value === 'string' ? value : mismatch(value, 'string', place, findings);
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(value, 'bool', place, findings);
    case 'int32':
    case 'int64':
      return typeof value === 'number' && Number.isInteger(value)
        ? value
        : mismatch(value, type, place, findings);
    case 'intOrString':
      return typeof value === 'number' || typeof value === 'string'
        ? value
        : mismatch(value, 'intstr.IntOrString', place, findings);
    case 'time':
      if (value instanceof Date) return value.toISOString();
      if (typeof value !== 'string') return mismatch(value, 'string', place, findings);
      if (Number.isNaN(Date.parse(value))) {
        const quoted = JSON.stringify(value);
        return findings.fail(
          `parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`,
        );
      }
      return value;
    default:
      return decoded(value);
  }
}

function quantity(text: string, { fail }: Findings): string {
  try {
    return canonical(parseQuantity(text));
  } catch (error) {
    return fail((error as Error).message);
  }
}

function mismatch(value: unknown, wanted: string, { path, owner }: Place, { fail }: Findings): never {
  const got = Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'bool'
      : typeof value === 'number' && !Number.isInteger(value)
        ? `number ${value}`
        : typeof value;
  const field = owner === undefined ? 'value' : `struct field ${goName(owner).replace('v1.', '')}.${path}`;
  return fail(`json: cannot unmarshal ${got} into Go ${field} of type ${wanted}`);
}

/** `V1Container` → `v1.Container`, `[]string` → `[]string`, `{}string` → `map[string]string`. */
function goName(type: string): string {
  if (type.startsWith('[]')) return `[]${goName(type.slice(2))}`;
  if (type.startsWith('{}')) return `map[string]${goName(type.slice(2))}`;
  if (structs[type] === undefined) return type === 'quantity' ? 'resource.Quantity' : type;
  return `v1.${type.replace(/^(Core|Discovery|Events)?V\d/, '')}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
