import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse, type Findings } from '../analysis/index.ts';
import { resultOf } from './index.ts';
import { resultSchema } from './result-schema.ts';

const events = syntheticJournal({ expectations: ['availability >= 99%', 'faults.outage < 10s'] });
const findings = analyse(events);

describe('result.json', () => {
  test('holds what its schema says, whatever became of the run', () => {
    for (const cut of [1, 2, 5, 30, 100, 200, 300, events.length]) {
      const result = resultOf(analyse(events.slice(0, cut)));
      expect(() => resultSchema.parse(JSON.parse(JSON.stringify(result)))).not.toThrow();
    }
  });

  test('says the same as the findings', () => {
    const result = resultOf(findings);
    const { http_error, scheduled, ok } = findings.requests;
    expect(result).toMatchObject({
      scenario: 'market-open',
      provider: 'embedded',
      verdict: 'failed',
      exitCode: 99,
      requests: { scheduled, ok, httpError: http_error },
      expectations: [
        {
          rule: 'availability >= 99%',
          observed: expect.closeTo(findings.availability ?? NaN, 10) as number,
          held: false,
        },
        { rule: 'faults.outage < 10s', held: true },
      ],
      generator: { saturatedSeconds: 0, threads: { count: 1 } },
    });
    expect(result.faults.map(({ name, lost }) => [name, lost])).toEqual(
      findings.faults.map(({ id, lost }) => [id, lost]),
    );
    expect(result.pods.reduce((sum, pod) => sum + pod.served, 0)).toBe(ok + http_error);
  });

  test('answers what follows from the figures', () => {
    const result = resultOf(findings);
    expect(result.trust).toEqual({ level: 'trusted', doubts: [] });
    expect(result.headlines).toHaveLength(3);
    expect(result.customers?.errorBudget).toMatchObject({ goal: 0.99 });
    expect(result.autoscaling?.loadSteps).toMatchObject([{ fromRate: 60, toRate: 400 }]);
    expect(result.recommendations?.map(({ answers }) => answers)).toContain('kill-node-1');
    expect(result).toMatchObject({ autoscaler: null, whatIf: null });
  });

  test('has null where a thing did not happen', () => {
    const early: Findings = analyse(events.slice(0, 2));
    expect(resultOf(early)).toMatchObject({
      provider: null,
      verdict: 'interrupted',
      latencyMs: { service: { p99: null }, response: { max: null } },
      pods: [],
      faults: [],
      generator: { latenessP99Ms: null, threads: null },
    });
  });

  test('has its schema in docs/result.schema.json (vitest -u writes it anew)', async () => {
    const schema = { $id: 'https://openbell.dev/v1/result.schema.json', ...z.toJSONSchema(resultSchema) };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../docs/result.schema.json');
  });
});
