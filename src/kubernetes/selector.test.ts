import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFieldSelector, selectsByFields } from './field-selector.ts';
import { parseLabelSelector, printRequirements, requirementsOf, selects, selectsBySpec } from './selector.ts';

interface Row {
  in: string;
  labels: Record<string, string>;
  matches?: boolean;
  error?: string;
}

const rows = readFileSync(new URL('../../test/oracles/selectors.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function answer({ in: text, labels }: Row): Pick<Row, 'matches' | 'error'> {
  try {
    return { matches: selects(parseLabelSelector(text), labels) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

test('every label selector of the table matches, or fails, as Kubernetes says', () => {
  const differing = rows.flatMap((row) => {
    const got = answer(row);
    const want = row.error === undefined ? { matches: row.matches } : { error: row.error };
    return JSON.stringify(got) === JSON.stringify(want) ? [] : [{ row, got }];
  });
  expect(rows.length).toBeGreaterThan(100);
  expect(differing).toEqual([]);
});

test('an absent selector selects nothing and an empty one everything', () => {
  expect(selectsBySpec(undefined, { app: 'api' })).toBe(false);
  expect(selectsBySpec({}, { app: 'api' })).toBe(true);
});

test('selector objects are printed with their keys in order', () => {
  const spec = {
    matchLabels: { tier: 'web', app: 'api' },
    matchExpressions: [
      { key: 'canary', operator: 'DoesNotExist' },
      { key: 'zone', operator: 'In', values: ['b', 'a'] },
    ],
  };
  expect(printRequirements(requirementsOf(spec))).toBe('app=api,!canary,tier=web,zone in (a,b)');
});

test('field selectors compare with equality, inequality and escaped commas', () => {
  const fields: Record<string, string> = { 'spec.nodeName': 'worker-1', 'metadata.name': 'a,b' };
  const matches = (text: string) => selectsByFields(parseFieldSelector(text), (field) => fields[field]);
  expect(matches('')).toBe(true);
  expect(matches('spec.nodeName=worker-1,metadata.name!=x')).toBe(true);
  expect(matches('spec.nodeName==worker-2')).toBe(false);
  expect(matches('metadata.name=a\\,b')).toBe(true);
  expect(matches('spec.nodeName=')).toBe(false);
  expect(() => parseFieldSelector('nonsense')).toThrow("can't understand 'nonsense'");
});
