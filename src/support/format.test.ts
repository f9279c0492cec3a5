import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatAll,
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatPlural,
} from './index.ts';

describe('durations keep two or three significant digits and change unit as they grow', () => {
  test.each([
    [null, '–'],
    [0, '0 ms'],
    [0.424, '0.42 ms'],
    [0.996, '1 ms'],
    [8.34, '8.3 ms'],
    [9.96, '10 ms'],
    [10.527, '10.5 ms'],
    [99.96, '100 ms'],
    [850.4, '850 ms'],
    [999.6, '1 s'],
    [2345, '2.35 s'],
    [9_996, '10 s'],
    [12_340, '12.3 s'],
    [59_960, '1 min'],
    [95_000, '1 min 35 s'],
    [3_599_600, '1 h'],
    [3_720_000, '1 h 2 min'],
    [-1500, '−1.5 s'],
  ])('%s ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('percentages never round a loss away', () => {
  test.each([
    [null, '–'],
    [0, '0 %'],
    [0.6, '60 %'],
    [0.9987, '99.87 %'],
    [0.99996, '99.996 %'],
    [0.9999999, '99.99999 %'],
    [0.0001, '0.01 %'],
    [1, '100 %'],
    [1.5, '150 %'],
    [0.123_456, '12.3 %'],
  ])('%s reads %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});

describe('instants read as on a stopwatch', () => {
  test.each([
    [null, '–'],
    [0, '0:00.0'],
    [12_345, '0:12.3'],
    [65_000, '1:05.0'],
    [59_960, '1:00.0'],
    [3_605_000, '1:00:05.0'],
  ])('%s ms reads %s', (ms, text) => {
    expect(formatInstant(ms)).toBe(text);
  });
});

test('counts have thousands separators, one of a thing is singular', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatPlural(1, 'pod')).toBe('1 pod');
  expect(formatPlural(1200, 'request')).toBe('1,200 requests');
  expect(formatPlural(2, 'query', 'queries')).toBe('2 queries');
  expect([1, 2, 1200].map((n) => formatAll(n, 'pod'))).toEqual(['The pod', 'Both pods', 'All 1,200 pods']);
});

test.each([
  [null, '–'],
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [80 * 1024 ** 2, '80 MiB'],
  [16_764_000_000, '15.6 GiB'],
  [250 * 1024, '250 KiB'],
])('%s bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
