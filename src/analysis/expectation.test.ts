import { describe, expect, it } from 'vitest';
import { holds, parseExpectation, type Expectation } from './expectation.ts';
import { metricNames, metrics } from './metrics.ts';

const faults = [
  { id: 'pod-in-surge', type: 'kill-pod' },
  { id: 'kill-node-1', type: 'kill-node' },
];

function parsed(rule: string): Expectation {
  const result = parseExpectation(rule, faults);
  if ('message' in result) throw new Error(result.message);
  return result;
}

describe('a rule', () => {
  it.each<[string, Partial<Expectation>]>([
    ['availability >= 99.9%', { name: 'availability', operator: '>=', limit: 0.999 }],
    ['response.p99<250ms', { name: 'response.p99', operator: '<', limit: 250 }],
    ['  requests.dropped == 0 ', { rule: 'requests.dropped == 0', limit: 0 }],
    ['pods.max >= 6', { operator: '>=', limit: 6, fault: null }],
    [
      'fault.pod-in-surge.outage < 8s',
      { limit: 8000, fault: { measure: 'outage', of: { id: 'pod-in-surge' } } },
    ],
    ['faults.kill-node.recovery <= 1m', { fault: { measure: 'recovery', of: { type: 'kill-node' } } }],
    ['faults.lost < 100', { limit: 100, fault: { measure: 'lost', of: 'all' } }],
  ])('is understood: %s', (rule, expected) => {
    expect(parsed(rule)).toMatchObject(expected);
  });

  it.each([
    ['availability', 'expected a rule "metric operator value"', 'availability'],
    ['availabilty >= 99%', 'did you mean availability?', 'availabilty'],
    ['response.p95 < 1s', 'did you mean response.p90?', 'response.p95'],
    ['fault.pod-in-surg.outage < 1s', 'did you mean fault.pod-in-surge.outage?', 'fault.pod-in-surg.outage'],
    ['faults.reboot.outage < 1s', 'no fault here is of type reboot', 'faults.reboot.outage'],
    ['latency < 1s', 'names start with availability, requests, response', 'latency'],
    ['availability => 99%', 'expected one of >= <= == != > <, got =>', '=>'],
    ['availability >= 0.99', 'expected a percentage from 0% to 100%', '0.99'],
    ['availability >= 101%', 'expected a percentage from 0% to 100%', '101%'],
    ['response.p99 < 250', 'expected a duration such as 250ms or 3s for response.p99, got 250', '250'],
    ['pods.max >= 1.5', 'expected a whole number', '1.5'],
    ['pods.max >=', 'got nothing', ''],
  ])('is refused: %s', (rule, message, blamed) => {
    const result = parseExpectation(rule, faults);
    if (!('message' in result)) throw new Error('it was understood');
    expect(result.message).toContain(message);
    expect(rule.slice(result.offset, result.offset + result.length)).toBe(blamed);
  });

  it('about faults is refused where there are none', () => {
    expect(parseExpectation('faults.outage < 1s', [])).toMatchObject({
      message: 'there is no metric faults.outage: this scenario has no faults',
    });
  });

  it.each([
    ['availability >= 99.9%', 999 / 1000, true],
    ['availability >= 99.9%', 0.9989, false],
    ['response.p99 < 250ms', 250, false],
    ['requests.dropped == 0', 0, true],
    ['requests.dropped != 0', 0, false],
    ['pods.max > 6', 7, true],
    ['pods.max <= 6', 7, false],
  ])('%s for %d holds: %s', (rule, observed, held) => {
    expect(holds(parsed(rule), observed)).toBe(held);
  });
});

describe('the catalogue of metrics', () => {
  it('names every metric once, with a definition that is a sentence', () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    for (const { definition } of metrics) expect(definition).toMatch(/^[A-Z].*\.$/);
  });

  it('resolves every name that it offers', () => {
    const names = metricNames(faults);
    expect(names).toContain('fault.kill-node-1.repair');
    for (const name of names) {
      expect(
        [`${name} > 1`, `${name} > 1s`, `${name} > 1%`].filter(
          (rule) => !('message' in parseExpectation(rule, faults)),
        ),
      ).toHaveLength(1);
    }
  });
});
