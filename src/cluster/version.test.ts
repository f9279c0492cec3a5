import { expect, test } from 'vitest';
import { parseKubernetesVersion, versionDifference } from './version.ts';

test.each([
  ['1.34.0', 'v1.34.0'],
  ['v1.34.10', 'v1.34.10'],
  ['1.34', null],
  ['latest', null],
  ['v1.34.0-rc.1', null],
])('a version written as %s is %s', (text, version) => {
  expect(parseKubernetesVersion(text)).toBe(version);
});

test('only a version that was asked for and is another is a difference', () => {
  expect(versionDifference(undefined, 'v1.34.0')).toEqual([]);
  expect(versionDifference('v1.34.0', 'v1.34.0')).toEqual([]);
  expect(versionDifference('v1.33.1', 'v1.34.0')).toEqual([
    "The scenario asks for Kubernetes v1.33.1; the cluster's is v1.34.0.",
  ]);
});
