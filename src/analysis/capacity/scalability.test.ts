import { describe, expect, test } from 'vitest';
import { fitScalability, kneeOf, throughputAt } from './scalability.ts';

const ns = [1, 2, 4, 8, 16, 32, 64];
const curve = (law: { lambda: number; sigma: number; kappa: number }) =>
  ns.map((n) => ({ n, throughput: throughputAt(law, n) }));

describe('the universal scalability law', () => {
  test.each([
    ['contention and coherence', { lambda: 120, sigma: 0.05, kappa: 0.0008 }],
    ['contention alone', { lambda: 900, sigma: 0.2, kappa: 0 }],
    ['neither', { lambda: 40, sigma: 0, kappa: 0 }],
  ])('is found again in its own curve with %s', (_name, law) => {
    const fit = fitScalability(curve(law));
    expect(fit?.lambda).toBeCloseTo(law.lambda, 6);
    expect(fit?.sigma).toBeCloseTo(law.sigma, 6);
    expect(fit?.kappa).toBeCloseTo(law.kappa, 8);
    expect(fit?.r2).toBeCloseTo(1, 8);
  });

  test('has its peak at √((1 − σ) ÷ κ)', () => {
    const fit = fitScalability(curve({ lambda: 100, sigma: 0.1, kappa: 0.001 }));
    expect(fit?.peak?.n).toBeCloseTo(30, 6);
    expect(fit?.peak?.throughput).toBeCloseTo(throughputAt({ lambda: 100, sigma: 0.1, kappa: 0.001 }, 30), 6);
    expect(fitScalability(curve({ lambda: 100, sigma: 0.1, kappa: 0 }))?.peak).toBeNull();
  });

  test('never has negative contention: more than linear growth is the noise of small n', () => {
    const fit = fitScalability([
      { n: 1, throughput: 100 },
      { n: 2, throughput: 215 },
      { n: 4, throughput: 420 },
      { n: 8, throughput: 830 },
    ]);
    expect(fit?.sigma).toBe(0);
    expect(fit?.kappa).toBeGreaterThanOrEqual(0);
    expect(fit?.lambda).toBeGreaterThan(100);
  });

  test('needs three different n', () => {
    expect(
      fitScalability([
        { n: 1, throughput: 9 },
        { n: 1, throughput: 8 },
        { n: 2, throughput: 12 },
      ]),
    ).toBeNull();
  });
});

test('the knee is where throughput ÷ response time is highest', () => {
  // A server of 10 ms and two at once: up to 2 users cost nobody time, further ones only wait.
  const points = ns.map((n) => ({ n, throughput: Math.min(n, 2) * 100 }));
  expect(kneeOf(points)).toEqual({ n: 2, throughput: 200 });
  expect(kneeOf([])).toBeNull();
});
