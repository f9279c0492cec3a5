import { expect, test } from 'vitest';
import { nodePower } from './node-power.ts';

test('the user’s commands are told the node, and what they said last is kept', async () => {
  const { actions, power } = nodePower({ kill: 'echo going; echo "$NODE is off"', start: 'true' });
  expect([...actions]).toEqual(['kill', 'start']);
  await expect(power('worker-7', 'kill')).resolves.toBe(
    'the command to kill worker-7 ended well and said "worker-7 is off"',
  );
  await expect(power('worker-7', 'start')).resolves.toBe('the command to start worker-7 ended well');
});

test('a command that fails is shown; one that was not given is named', async () => {
  const { power } = nodePower({ kill: 'echo no such machine >&2; exit 4' });
  await expect(power('worker-7', 'kill')).rejects.toThrow(/exit code 4[\s\S]*no such machine/);
  await expect(power('worker-7', 'pause')).rejects.toMatchObject({
    exitCode: 107,
    code: 'POWER_UNSUPPORTED',
  });
});
