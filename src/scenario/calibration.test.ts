import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario, type Scenario } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'openbell-calibration-'));
  const write = (name: string, value: object): Promise<void> =>
    writeFile(path.join(folder, name), JSON.stringify(value));
  await write('capacity.json', { kind: 'Calibration', podCapacityPerSecond: 118.5 });
  await write('none.json', { kind: 'Calibration', podCapacityPerSecond: null });
});
afterAll(() => rm(folder, { recursive: true }));

const parse = (economy: string): Promise<Scenario> =>
  parseScenario(
    `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic: { phases: [{ name: calm, duration: 10s, rate: 20/s }] }
economy: ${economy}
`,
    path.join(folder, 'probe.yaml'),
  );

describe('a calibration', () => {
  it('says what one pod is good for', async () => {
    expect((await parse('{ calibration: capacity.json }')).economy).toEqual({ podCapacityPerSecond: 118.5 });
  });

  it.each([
    ['a file that is not there', '{ calibration: no.json }', 'economy.calibration: expected a file at'],
    ['one without a capacity', '{ calibration: none.json }', 'expected a file of openbell capacity'],
    ['a capacity of its own', '{ calibration: capacity.json, podCapacity: 5/s }', 'got both'],
  ])('with %s is refused at its place', async (_what, economy, message) => {
    await expect(parse(economy)).rejects.toThrow(message);
    await expect(parse(economy)).rejects.toThrow('probe.yaml:5:');
  });
});
