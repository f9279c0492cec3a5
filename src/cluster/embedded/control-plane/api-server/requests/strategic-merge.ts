/**
 * Strategic merge patch: a merge patch that merges lists of objects by a key (containers by name) instead of replacing
 * them, with the directives `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`. Follows
 * apimachinery's package strategicpatch.
 */
import { equal } from '../../store/index.ts';
import { badRequest } from '../errors.ts';
import type { MergeSchema } from './merge-schemas.ts';

type Fields = Record<string, unknown>;

const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/**
 * The original with the patch applied; changes neither.
 *
 * @throws {ApiError} 400 when the patch contradicts itself or cannot be applied.
 */
export function strategicMergePatch(original: object, patch: object, schema: MergeSchema): Fields {
  return mergeFields(original as Fields, patch as Fields, schema);
}

function mergeFields(original: Fields, patch: Fields, schema: MergeSchema): Fields {
  if ('$patch' in patch) return replacement(patch);
  const merged = retained(original, patch);
  const { $retainKeys: _retained, ...rest } = patch;
  const remaining = mergeOrdered(merged, rest, schema);
  for (const [key, value] of Object.entries(remaining)) {
    const isDeletion = key.startsWith(deletePrefix);
    const field = isDeletion ? key.slice(deletePrefix.length) : key;
    const before = merged[field];
    const fieldSchema = schema.fields?.[field] ?? {};
    if (value === null) {
      delete merged[field];
    } else if (isDeletion) {
      if (Array.isArray(before) && Array.isArray(value)) merged[field] = without(before, value);
    } else if (isFields(before) && isFields(value)) {
      merged[field] = fieldSchema.strategy === 'replace' ? value : mergeFields(before, value, fieldSchema);
    } else if (Array.isArray(before) && Array.isArray(value)) {
      merged[field] = mergeLists(before, value, fieldSchema, field);
    } else {
      merged[field] = Array.isArray(value) ? withoutDirectives(value.map(withoutNulls)) : withoutNulls(value);
    }
  }
  return merged;
}

/** A map that carries `$patch` itself. */
function replacement(patch: Fields): Fields {
  const { $patch: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw badRequest(`unknown patch type: ${JSON.stringify(directive)} in map`);
}

/** What `$retainKeys` leaves of the original: nothing that it does not name. */
function retained(original: Fields, patch: Fields): Fields {
  const keys = patch['$retainKeys'];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw badRequest('invalid patch format of retainKeys');
  for (const key of Object.keys(patch)) {
    if (!key.startsWith('$') && !keys.includes(key) && patch[key] !== null) {
      throw badRequest('invalid patch format of retainKeys');
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

/** Merges the lists whose order the patch gives, into `merged`. @returns what of the patch is left to be done. */
function mergeOrdered(merged: Fields, patch: Fields, schema: MergeSchema): Fields {
  const left = { ...patch };
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    delete left[key];
    const field = key.slice(orderPrefix.length);
    const fieldSchema = schema.fields?.[field] ?? {};
    const before = merged[field];
    const change = patch[field];
    if (!Array.isArray(order)) throw badRequest(`${key} must be a list`);
    // A list that is removed or set to something else needs no order.
    if (change === null || (change !== undefined && !Array.isArray(change))) continue;
    checkOrder(change, order, fieldSchema.mergeKey);
    delete left[field];
    if (before === undefined && change === undefined) continue;
    const list = !Array.isArray(before)
      ? withoutDirectives(change ?? [])
      : change === undefined
        ? before
        : mergeLists(before, change, fieldSchema, field);
    const places = Array.isArray(before) ? placesAfter(before, change ?? [], fieldSchema.mergeKey) : [];
    merged[field] = ordered(list, order, places, fieldSchema.mergeKey);
  }
  return left;
}

/** What the patch adds or changes must stand in the given order. */
function checkOrder(change: unknown[] | undefined, order: unknown[], mergeKey: string | undefined): void {
  if (change === undefined || order.length === 0) return;
  const kept = change.filter((item) => !(isFields(item) && item['$patch'] === 'delete'));
  let position = 0;
  for (const item of order) {
    if (position < kept.length && isSame(kept[position], item, mergeKey)) position += 1;
  }
  if (position < kept.length) {
    throw badRequest(
      `The order in patch list:\n${JSON.stringify(change)}\n doesn't match ${orderPrefix.slice(0, -1)} list:\n${JSON.stringify(order)}\n`,
    );
  }
}

function mergeLists(before: unknown[], change: unknown[], schema: MergeSchema, field: string): unknown[] {
  if (schema.strategy !== 'merge') return change;
  if (before.length === 0 && change.length === 0) return before;
  const { mergeKey } = schema;
  if (![...before, ...change].some(isFields)) {
    return ordered([...new Set([...before, ...change])], change, before, undefined);
  }
  if (mergeKey === undefined) throw badRequest(`cannot merge lists without merge key for ${field}`);
  const { kept, changes } = applyDirectives(before as Fields[], change as Fields[], mergeKey);
  const merged = [...kept];
  for (const item of changes) {
    if (!(mergeKey in item)) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    }
    const index = merged.findIndex((other) => isSame(other, item, mergeKey));
    const current = merged[index];
    if (current === undefined) merged.push(item);
    else merged[index] = mergeFields(current, item, schema);
  }
  return ordered(merged, changes, kept, mergeKey);
}

/** Carries out the list's own `$patch` elements. */
function applyDirectives(
  before: Fields[],
  change: Fields[],
  mergeKey: string,
): { kept: Fields[]; changes: Fields[] } {
  let kept = before;
  let replaces = false;
  const changes: Fields[] = [];
  for (const item of change) {
    const directive = item['$patch'];
    if (directive === undefined) changes.push(item);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'delete') {
      if (!(mergeKey in item)) {
        throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
      }
      kept = kept.filter((other) => !isSame(other, item, mergeKey));
    } else if (directive === 'merge') {
      throw badRequest('merging lists cannot yet be specified in the patch');
    } else throw badRequest(`unknown patch type: ${JSON.stringify(directive)} in list`);
  }
  return replaces ? { kept: changes, changes: [] } : { kept, changes };
}

/**
 * `list` with the elements named by `order` in that order; the others keep their place before the first named element
 * that stood behind them.
 */
function ordered(
  list: unknown[],
  order: unknown[],
  before: unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const place = (items: unknown[], wanted: unknown): number =>
    items.findIndex((item) => isSame(item, wanted, mergeKey));
  const byPlace = (items: unknown[]) => (a: unknown, b: unknown) => place(items, a) - place(items, b);
  const named = list.filter((item) => place(order, item) >= 0).sort(byPlace(order));
  const others = list.filter((item) => place(order, item) < 0).sort(byPlace(before));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [other, next] = [place(before, others[0]), place(before, named[0])];
    const first = other >= 0 && next >= 0 && other < next ? others : named;
    result.push(first.shift());
  }
  return [...result, ...named, ...others];
}

/**
 * The places that elements have when a list's order is settled. Kubernetes removes and adds in place while the list keeps
 * its old length, so what is added takes the places that were set free, and what is left behind the last stays visible.
 */
function placesAfter(before: unknown[], change: unknown[], mergeKey: string | undefined): unknown[] {
  if (mergeKey === undefined) return before;
  const places = [...before];
  let length = before.length;
  for (const item of change) {
    if (!isFields(item) || item['$patch'] !== 'delete') continue;
    for (let index = 0; index < length;) {
      if (!isSame(places[index], item, mergeKey)) index += 1;
      else places.copyWithin(index, index + 1, length--);
    }
  }
  for (const item of change) {
    if (length === before.length) break;
    const isNew = !before.some((other) => isSame(other, item, mergeKey));
    if (isNew && isFields(item) && !('$patch' in item)) places[length++] = item;
  }
  return places;
}

function isSame(a: unknown, b: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined) return equal(a, b);
  return isFields(a) && isFields(b) && mergeKey in a && equal(a[mergeKey], b[mergeKey]);
}

function without(list: unknown[], gone: unknown[]): unknown[] {
  return list.filter((item) => !gone.some((other) => equal(item, other)));
}

/** A value that is new: its nulls remove nothing. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

/** A list that is new: directives of its elements have nothing to work on. */
function withoutDirectives(list: unknown[]): unknown[] {
  return list.filter((item) => !(isFields(item) && '$patch' in item));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
