/**
 * Objects in Kubernetes' protobuf encoding, which kubectl's `create` commands send, as the JSON that they mean. The field
 * numbers are those of the API types' `protobuf` tags (v1.34): `3:name` is a value, whose zero means absent; `3*name` a
 * pointer, whose zero counts; `3+V1Type` a struct whose fields are the outer object's own.
 */
import { readFileSync } from 'node:fs';

type Fields = Map<number, { how: string; name: string }>;

function table<T>(file: string): Record<string, T> {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Record<string, T>;
}
const fieldTypes = table<Record<string, string>>('field-types.json');
const numbers = table<string>('field-numbers.json');
/** Maps whose values are bytes; their types only say that JSON has text there. */
const byteMaps = new Set(['V1ConfigMap.binaryData', 'V1Secret.data']);
const fieldsOf = new Map<string, Fields>();

const magic = Buffer.from('k8s\0');
/** Kinds whose struct is not `V1` and the kind's name. */
const structs: Record<string, string> = {
  'v1 Event': 'CoreV1Event',
  'autoscaling/v2 HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
};

/** @throws {Error} when the bytes are no such object, or one of a kind that is not known. */
export function fromProtobuf(bytes: Buffer): object {
  if (!bytes.subarray(0, 4).equals(magic))
    throw new Error('provided data does not appear to be a protobuf message');
  let [apiVersion, kind] = ['', ''];
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, value } of entries(bytes.subarray(4))) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 2) raw = value;
    if (number !== 1) continue;
    for (const part of entries(value)) {
      if (part.number === 1) apiVersion = String(part.value);
      if (part.number === 2) kind = String(part.value);
    }
  }
  const type = structs[`${apiVersion} ${kind}`] ?? `V1${kind}`;
  if (numbers[type] === undefined)
    throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { apiVersion, kind, ...struct(raw, type, type) };
}

/** One field of a message as it travels: a number, or bytes. */
interface Entry {
  number: number;
  value: bigint | Buffer;
}

function* entries(bytes: Buffer): Generator<Entry> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('unexpected EOF');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    if ((key & 7) === 0) yield { number, value: varint() };
    else if ((key & 7) === 2) yield { number, value: take(Number(varint())) };
    else if ((key & 7) === 1) yield { number, value: take(8) };
    else if ((key & 7) === 5) yield { number, value: take(4) };
    else throw new Error(`proto: illegal wireType ${key & 7}`);
  }
}

/** The fields of a message; `type` has their numbers, `owner` their types (the same, except for structs within). */
function struct(bytes: Buffer, type: string, owner: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { number, value } of entries(bytes)) {
    const field = numbersOf(type).get(number);
    if (field === undefined) continue;
    if (field.how === '+') {
      if (Buffer.isBuffer(value)) Object.assign(result, struct(value, field.name, owner));
      continue;
    }
    const { name, how } = field;
    const fieldType = fieldTypes[owner]?.[name];
    if (fieldType === undefined) continue;
    const element = byteMaps.has(`${owner}.${name}`) ? 'byte' : fieldType.slice(2);
    if (fieldType.startsWith('[]')) {
      result[name] = [...((result[name] as unknown[] | undefined) ?? []), single(value, element)];
    } else if (fieldType.startsWith('{}') && Buffer.isBuffer(value)) {
      result[name] = { ...(result[name] as object | undefined), ...mapEntry(value, element) };
    } else {
      const read = single(value, fieldType);
      const isZero = read === '' || read === 0 || read === false || read === undefined;
      if (how === '*' ? read !== undefined : !isZero) result[name] = read;
    }
  }
  return result;
}

function mapEntry(bytes: Buffer, type: string): Record<string, unknown> {
  let key = '';
  let value: unknown = type === 'string' || type === 'byte' ? '' : undefined;
  for (const entry of entries(bytes)) {
    if (entry.number === 1) key = String(entry.value);
    if (entry.number === 2) value = single(entry.value, type);
  }
  return { [key]: value };
}

function single(value: bigint | Buffer, type: string): unknown {
  if (!Buffer.isBuffer(value)) return type === 'bool' ? value !== 0n : Number(value);
  switch (type) {
    case 'byte':
      return value.toString('base64');
    case 'time':
      return time(value);
    case 'quantity':
      return text(value, 1);
    case 'intOrString':
      return number(value, 1) === 1 ? text(value, 3) : number(value, 2);
    default:
      return numbers[type] === undefined ? value.toString('utf8') : struct(value, type, type);
  }
}

/** Seconds and nanoseconds since 1970; an empty message is no time at all. */
function time(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return undefined;
  const milliseconds = number(bytes, 1) * 1000 + Math.trunc(number(bytes, 2) / 1e6);
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function number(bytes: Buffer, wanted: number): number {
  return Number([...entries(bytes)].find((entry) => entry.number === wanted)?.value ?? 0);
}

function text(bytes: Buffer, wanted: number): string {
  return String([...entries(bytes)].find((entry) => entry.number === wanted)?.value ?? '');
}

function numbersOf(type: string): Fields {
  let fields = fieldsOf.get(type);
  if (fields === undefined) {
    const parts = [...(numbers[type] ?? '').matchAll(/(\d+)([:*+])(\S+)/g)];
    fields = new Map(parts.map(([, number, how = '', name = '']) => [Number(number), { how, name }]));
    fieldsOf.set(type, fields);
  }
  return fields;
}
