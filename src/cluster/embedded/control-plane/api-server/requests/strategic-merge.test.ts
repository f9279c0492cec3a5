import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clone, equal } from '../../store/index.ts';
import { mergeSchemaOf } from './merge-schemas.ts';
import { strategicMergePatch } from './strategic-merge.ts';

interface Row {
  kind: string;
  original: object;
  patch: object;
  result?: object;
  error?: string;
}

const rows = readFileSync(
  new URL('../../../../../../test/oracles/strategic-merge-patches.ndjson', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function answer({ kind, original, patch }: Row): Pick<Row, 'result' | 'error'> {
  try {
    return { result: strategicMergePatch(original, patch, mergeSchemaOf(kind)) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

test('every patch of the table gives what Kubernetes gives, or fails', () => {
  const differing = rows.flatMap((row, index) => {
    const before = clone(row);
    const got = answer(row);
    expect(row).toEqual(before);
    const isRight = row.error === undefined ? equal(got.result, row.result) : got.error !== undefined;
    return isRight ? [] : [{ line: index + 1, patch: row.patch, got, want: row.result ?? row.error }];
  });
  expect(differing).toEqual([]);
});
