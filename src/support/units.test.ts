import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';
import {
  parseCpuMilli,
  parseDurationMs,
  parseMemoryBytes,
  parsePercent,
  parseRatePerSecond,
} from './units.ts';

describe('values with units', () => {
  it.each([
    [parseDurationMs, '250ms', 250],
    [parseDurationMs, '1.5s', 1500],
    [parseDurationMs, '2m', 120_000],
    [parseDurationMs, '-1s', -1000],
    [parseDurationMs, '30', null],
    [parseDurationMs, '30 sec', null],
    [parseDurationMs, '5toString', null],
    [parseRatePerSecond, '200/s', 200],
    [parseRatePerSecond, '1200/min', 20],
    [parseRatePerSecond, '200', null],
    [parseRatePerSecond, '200 rps', null],
    [parsePercent, '99.9%', 99.9],
    [parsePercent, '60', null],
    [parseCpuMilli, '500m', 500],
    [parseCpuMilli, '1', 1000],
    [parseCpuMilli, '0.25', 250],
    [parseCpuMilli, '1 core', null],
    [parseMemoryBytes, '64Mi', 67_108_864],
    [parseMemoryBytes, '1G', 1e9],
    [parseMemoryBytes, '64', null],
    [parseMemoryBytes, '64mb', null],
  ])('%o reads %s as %s', (parse, text, value) => {
    expect(parse(text)).toBe(value);
  });
});

describe('nearest', () => {
  it.each([
    ['duraton', ['name', 'duration', 'rate'], 'duration'],
    ['raet', ['name', 'rate'], 'rate'],
    ['Kill-Pod', ['kill-pod', 'kill-node'], 'kill-pod'],
    ['colour', ['name', 'rate'], undefined],
    ['avail', ['availability', 'nodes'], 'availability'],
    ['req', ['requests', 'requestTimeout'], undefined],
    ['x', [], undefined],
  ])('to %s among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});
