import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  canonical,
  compareQuantities,
  milliOf,
  milliValueOf,
  parseQuantity,
  unitsOf,
  valueOf,
} from './quantity.ts';

interface Row {
  in: string;
  canonical?: string;
  value?: string;
  milliValue?: string;
  error?: string;
}

const rows = readFileSync(new URL('../../test/oracles/quantities.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function answer(text: string): Row {
  try {
    const quantity = parseQuantity(text);
    return {
      canonical: canonical(quantity),
      in: text,
      milliValue: String(milliValueOf(quantity)),
      value: String(valueOf(quantity)),
    };
  } catch (error) {
    return { error: (error as Error).message, in: text };
  }
}

test('every quantity of the table has the text, value, milli-value or error that Kubernetes gives it', () => {
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.map((row) => answer(row.in)).filter((got, index) => !same(got, rows[index]))).toEqual([]);
});

function same(got: Row, want: Row | undefined): boolean {
  return JSON.stringify(got) === JSON.stringify(want);
}

test('negative quantities round away from zero, and what exceeds 64 bits wraps', () => {
  expect(valueOf(parseQuantity('-1500m'))).toBe(-2n);
  expect(valueOf(parseQuantity('9223372036854775808'))).toBe(-(2n ** 63n));
});

test('quantities of different notations compare by what they are worth', () => {
  const compare = (a: string, b: string) => compareQuantities(parseQuantity(a), parseQuantity(b));
  expect(compare('1Gi', '1G')).toBe(1);
  expect(compare('1000m', '1')).toBe(0);
  expect(compare('1.1Mi', '1200000')).toBe(-1);
});

test('CPU is counted in thousandths and memory in bytes', () => {
  expect(milliOf('0.25')).toBe(250);
  expect(milliOf('1n')).toBe(1);
  expect(unitsOf('1.5Gi')).toBe(1610612736);
  expect(() => unitsOf('1gb')).toThrow('quantities must match');
});
