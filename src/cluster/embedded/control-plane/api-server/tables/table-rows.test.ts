import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../objects.ts';
import { kinds } from '../kinds/registry.ts';

interface Row {
  object: KubeObject;
  columns: { name: string; type: string; format: string; priority: number }[];
  cells: unknown[];
}

const rows = readFileSync(
  new URL('../../../../../../test/oracles/table-rows.ndjson', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const clock = Date.parse('2000-01-01T00:00:00Z');

test('every object of the table is shown in the columns and cells of kubectl', () => {
  const differing = rows.flatMap(({ object, columns, cells }, index) => {
    const table = kinds.find(({ type }) => type.kind === object.kind)?.table;
    const got = table?.cells(object, clock);
    const gotColumns = table?.columns.map(({ name, type, format, priority }) => ({
      name,
      type,
      format: format ?? '',
      priority,
    }));
    const sorted = columns.map(({ name, type, format, priority }) => ({ name, type, format, priority }));
    const isRight =
      JSON.stringify(got) === JSON.stringify(cells) && JSON.stringify(gotColumns) === JSON.stringify(sorted);
    return isRight ? [] : [{ line: index + 1, got, want: cells }];
  });
  expect(rows.length).toBe(360);
  expect(differing).toEqual([]);
});
