import { expect, test } from 'vitest';
import { claimAddresses } from './addresses.ts';

test('clusters that look from the same place get different blocks, and a released block is free again', async () => {
  const first = await claimAddresses(() => 0.5);
  const second = await claimAddresses(() => 0.5);
  if (first.plan.mode === 'single') return;
  expect(second.plan.block).not.toBe(first.plan.block);
  expect(first.apiServer.host).toBe(`127.${first.plan.block}.0.1`);
  first.release();
  const third = await claimAddresses(() => 0.5);
  expect(third.plan.block).toBe(first.plan.block);
  second.release();
  third.release();
});
