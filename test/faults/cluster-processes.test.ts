import { describe, expect, test } from 'vitest';
import { until } from '../../src/support/index.ts';
import { Lab, unreadable, type Command } from '../support/openbell-process.ts';
import { nothingIsLeft, nothingRuns } from './nothing-left.ts';

/** The processes of a run whose command line holds `part`, as soon as there are `least`. */
function processes(command: Command, lab: Lab, part: string, least = 1): Promise<number[]> {
  const look = (): number[] | false => {
    const found = lab.traces.look(command.pid).filter((it) => it.command.includes(part));
    return found.length >= least && found.map(({ pid }) => pid);
  };
  return until(look, { what: `${least} processes of ${part}`, deadlineMs: 60_000 });
}

async function signalAll(pids: Promise<number[]>, signal: NodeJS.Signals): Promise<void> {
  for (const pid of await pids) process.kill(pid, signal);
}

describe.concurrent('a cluster whose processes are killed from outside', () => {
  test.each([
    ['its supervisor', 'supervisor/main.ts', 'step: provision'],
    ['its supervisor', 'supervisor/main.ts', 'step: steady-state'],
    ['its supervisor', 'supervisor/main.ts', 'phase: faults'],
    ['its control plane', 'control-plane/main.ts', 'step: steady-state'],
    ['its control plane', 'control-plane/main.ts', 'phase: faults'],
  ])('%s (%s), after "%s": the run fails and says so', async (who, program, line) => {
    await using lab = new Lab();
    const command = lab.run('endless');
    await command.printed(line);
    await signalAll(processes(command, lab, program), 'SIGKILL');
    expect(await command.ended).toEqual({ code: 106, signal: null });
    await (line === 'step: provision' ? nothingRuns(lab) : nothingIsLeft(lab));

    expect(unreadable(command)).toEqual([]);
    const said = command.stdout.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/^✗ endless did not complete\. The run failed/);
    if (line !== 'step: provision') expect(said).toContain(`the embedded cluster was lost: ${who} ended`);
    expect(lab.result()).toMatchObject({ verdict: 'error', exitCode: 106 });
  });

  test('the process of a node: the run goes on', async () => {
    await using lab = new Lab();
    const command = lab.run('brief');
    await command.printed('phase: calm');
    await signalAll(processes(command, lab, 'node-worker-2.json'), 'SIGKILL');
    await command.ended;
    await nothingIsLeft(lab);

    expect(unreadable(command)).toEqual([]);
    expect(lab.journal().at(-1)).toMatchObject({ type: 'run.end', reason: 'completed' });
    expect(lab.result().requests['scheduled']).toBe(40);
  });
});

describe.concurrent('processes that are frozen, and hear nothing', () => {
  test.each([
    ['nodes', 'node/main.ts', 'fault: node landed', 'SIGINT', { code: 105, signal: null }],
    ['pods', 'sample-api', 'fault: node landed', 'SIGINT', { code: 105, signal: null }],
    ['supervisor', 'supervisor/main.ts', 'step: steady-state', 'SIGINT', { code: 105, signal: null }],
    ['nodes', 'node/main.ts', 'fault: node landed', 'SIGKILL', { code: null, signal: 'SIGKILL' }],
    ['pods', 'sample-api', 'fault: node landed', 'SIGKILL', { code: null, signal: 'SIGKILL' }],
    ['supervisor', 'supervisor/main.ts', 'step: steady-state', 'SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const)('%s (%s), after "%s", go with a run that %s ends', async (_who, program, line, signal, end) => {
    await using lab = new Lab();
    const command = lab.run('endless');
    await command.printed(line);
    await signalAll(processes(command, lab, program), 'SIGSTOP');
    command.kill(signal);
    expect(await command.ended).toEqual(end);
    await nothingIsLeft(lab);
    expect(unreadable(command)).toEqual([]);
  });
});

describe.concurrent('a workload whose processes detach themselves', () => {
  test.each([['plays to its end'], ['is killed']])('they go with a run that %s', async (how) => {
    await using lab = new Lab();
    const command = lab.run('strays');
    await command.printed('phase: calm');
    await processes(command, lab, "require('node:net')", 2);
    if (how === 'is killed') command.kill('SIGKILL');
    await command.ended;
    await nothingIsLeft(lab);
    expect(unreadable(command)).toEqual([]);
  });
});
