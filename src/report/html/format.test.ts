import { expect, test } from 'vitest';
import { unparted } from './format.ts';

test('no line ends between a number and its unit', () => {
  expect(unparted('served after 2.33 s; short by 1.35 % of 5 min 20 s, 90 MiB, 11 requests at 3 sites')).toBe(
    'served after 2.33\u00a0s; short by 1.35\u00a0% of 5\u00a0min 20\u00a0s, 90\u00a0MiB, 11 requests at 3 sites',
  );
});
