/** A copy that shares nothing with `value`; keys whose value is `undefined` are left out, as JSON would. */
export function clone<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString() as T;
  if (Array.isArray(value)) return value.map((item: unknown) => clone(item)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = clone(item);
  return copy as T;
}

/** Maps from text to text; an empty one is the same as none. */
const mapFields = new Set([
  'annotations',
  'binaryData',
  'data',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'requests',
  'stringData',
]);

/**
 * A copy as a decoder of Kubernetes would see it: fields that are `null` and maps without an entry are absent, and a
 * patch's left-over directives (`$…`) are no fields.
 */
export function decoded<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString() as T;
  if (Array.isArray(value)) return value.map((item: unknown) => decoded(item)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null || key.startsWith('$')) continue;
    if (mapFields.has(key) && isEmptyMap(item)) continue;
    copy[key] = decoded(item as unknown);
  }
  return copy as T;
}

function isEmptyMap(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

/** Freezes `value` and all that it holds. What is frozen already is taken to be frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

/** Whether two JSON values say the same; the order of keys and keys that are `undefined` do not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equal(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let common = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    if (!equal(left[key], right[key])) return false;
    common += 1;
  }
  return common === Object.keys(right).filter((key) => right[key] !== undefined).length;
}

const texts = new WeakMap<object, string>();

/** `object` as JSON text, made once: for objects of the store, which never change. */
export function jsonOf(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}
