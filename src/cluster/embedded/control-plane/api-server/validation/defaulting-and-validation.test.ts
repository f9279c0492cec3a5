import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeObject, Status } from '../../../objects.ts';
import { equal } from '../../store/index.ts';
import { decode, strictly } from '../decode/decode.ts';
import { invalid } from '../errors.ts';
import { kinds } from '../kinds/registry.ts';
import type { Draft, Kind } from '../kinds/strategy.ts';
import { metadataErrors } from './metadata.ts';

interface Row {
  object: KubeObject;
  defaulted?: KubeObject & { status?: unknown };
  status?: Status;
}

const rows = readFileSync(
  new URL('../../../../../../test/oracles/defaulting-and-validation.ndjson', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** What creating does before admission. */
function answer(kind: Kind, object: KubeObject): { defaulted?: KubeObject; status?: Status } {
  const draft = decode(kind, { ...object, metadata: object.metadata ?? {} }, strictly(kind)) as Draft & {
    status?: unknown;
  };
  kind.applyDefaults?.(draft);
  const errors = [...metadataErrors(kind, draft), ...(kind.validate?.(draft) ?? [])];
  if (errors.length > 0) {
    const {
      kind: _kind,
      apiVersion: _apiVersion,
      ...status
    } = invalid(kind.type, draft.metadata.name ?? '', errors).status;
    return { status };
  }
  return { defaulted: draft };
}

test('every object of the table is completed as Kubernetes does, or refused in its words', () => {
  const differing = rows.flatMap(({ object, defaulted, status }, index) => {
    const kind = kinds.find(({ type }) => type.kind === object.kind);
    if (kind === undefined) throw new Error(`no kind ${object.kind}`);
    const got = answer(kind, object);
    // The first status is set when an object is stored, after its defaults.
    const want = defaulted && { ...defaulted, status: undefined };
    const isRight =
      equal(got.status, status) && equal(got.defaulted && { ...got.defaulted, status: undefined }, want);
    return isRight ? [] : [{ line: index + 1, got, want: status ?? want }];
  });
  expect(rows.length).toBe(120);
  expect(differing).toEqual([]);
});
