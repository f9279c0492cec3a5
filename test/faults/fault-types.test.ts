/** Faults of nodes and components on the embedded cluster's real processes: landed, felt, undone, also when the run is ended. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Lab, unreadable, type Command } from '../support/openbell-process.ts';
import { nothingIsLeft, nothingRuns } from './nothing-left.ts';

type Events = ReturnType<Lab['journal']>;

/** When something happened to a fault, ms since the run's origin. */
function at(journal: Events, type: string, id: string): number {
  const event = journal.find((each) => each.type === type && each['id'] === id);
  if (event === undefined) throw new Error(`the journal holds no ${type} of ${id}`);
  return event['t'] as number;
}

function times(journal: Events, is: (event: Events[number]) => boolean): number[] {
  return journal.filter(is).map((event) => event['t'] as number);
}

/** Whether the generator kept up is not asked here: these runs share their cores. */
async function passed(command: Command): Promise<void> {
  const { code } = await command.ended;
  expect([0, 108], command.stdout + command.stderr).toContain(code);
}

describe.concurrent('faults', () => {
  test('of components are landed and undone, and Kubernetes does without them meanwhile', async () => {
    await using lab = new Lab();
    const command = lab.run('without-components');
    await passed(command);
    const journal = lab.journal();
    for (const id of ['kubelet', 'proxy', 'scheduler', 'pod', 'controllers', 'api'])
      expect(at(journal, 'fault.landed', id)).toBeGreaterThan(0);
    for (const id of ['kubelet', 'proxy', 'scheduler', 'controllers', 'api'])
      expect(at(journal, 'fault.undone', id)).toBeGreaterThan(at(journal, 'fault.landed', id));

    // Without its kubelet a node counts as lost, and is there again with it.
    const inject = journal.find(({ type, id }) => type === 'fault.inject' && id === 'kubelet');
    const [node] = (inject?.['targets'] ?? []) as { name: string }[];
    const ready = (state: string): number[] =>
      times(
        journal,
        ({ type, name, ready }) => type === 'k8s.node' && name === node?.name && ready === state,
      );
    expect(ready('Unknown').some((t) => t > at(journal, 'fault.landed', 'kubelet'))).toBe(true);
    expect(ready('True').some((t) => t > at(journal, 'fault.undone', 'kubelet'))).toBe(true);

    // Without the scheduler a replacement is made and gets no node.
    const added = journal.find(
      ({ type, change, t }) =>
        type === 'k8s.pod' && change === 'added' && (t as number) > at(journal, 'fault.inject', 'pod'),
    );
    const [placed] = times(
      journal,
      ({ type, uid, node }) => type === 'k8s.pod' && uid === added?.['uid'] && node !== null,
    );
    const startedAgain = at(journal, 'fault.undone', 'scheduler');
    expect(added?.['t']).toBeLessThan(startedAgain);
    // What is said of the start may be read after what it led to; the pod was killed 1.5 s before.
    expect(placed).toBeGreaterThan(startedAgain - 1_000);

    // Without the API server nothing was seen.
    const seen = times(journal, ({ type }) => type.startsWith('k8s.'));
    const [from, to] = [at(journal, 'fault.landed', 'api'), at(journal, 'fault.undone', 'api')];
    expect(seen.filter((t) => t > from && t < to - 50)).toEqual([]);
    expect(journal.some(({ type, what }) => type === 'gap' && what === 'pods')).toBe(true);
    await nothingIsLeft(lab);
  });

  test('that cut a node off are felt by clients and the control plane, and end with the link mended', async () => {
    await using lab = new Lab();
    const command = lab.run('cut-off');
    await passed(command);
    const journal = lab.journal();
    const [landed, mended] = [at(journal, 'fault.landed', 'cut'), at(journal, 'fault.undone', 'cut')];
    const ready = (state: string): number[] =>
      times(
        journal,
        ({ type, name, ready }) => type === 'k8s.node' && name === 'worker-1' && ready === state,
      ).filter((t) => t > landed);
    const [lost = Infinity] = ready('Unknown');
    expect(lost).toBeLessThan(mended);
    expect(ready('True').some((t) => t > mended)).toBe(true);
    // Clients wait in vain for its pods, and are never told why.
    const failures = journal.flatMap(({ type, failures }) =>
      type === 'traffic.second' ? (failures as { outcome: string; scheduledT: number }[]) : [],
    );
    expect(failures.filter(({ scheduledT }) => scheduledT > landed && scheduledT < lost)).not.toEqual([]);
    expect(new Set(failures.map(({ outcome }) => outcome))).toEqual(new Set(['timeout']));
    await nothingIsLeft(lab);
  });

  test('that add nodes make room, and give it back', async () => {
    await using lab = new Lab();
    const command = lab.run('more-nodes');
    await passed(command);
    const journal = lab.journal();
    const nodes = journal.filter(
      ({ type, name }) => type === 'k8s.node' && String(name).startsWith('spare-'),
    );
    for (const id of ['stays', 'leaves']) {
      const inject = journal.find((event) => event.type === 'fault.inject' && event['id'] === id);
      const [target] = (inject?.['targets'] ?? []) as { name: string }[];
      const life = nodes.filter(({ name }) => name === target?.name);
      expect(
        life.some(({ ready, t }) => ready === 'True' && (t as number) < at(journal, 'fault.undone', id)),
      ).toBe(true);
      expect(life.at(-1)).toMatchObject({ change: 'deleted' });
    }
    const placed = journal.filter(
      ({ type, node }) => type === 'k8s.pod' && String(node).startsWith('spare-'),
    );
    expect(placed).not.toEqual([]);
    await nothingIsLeft(lab);
  });

  test('that are in force when the run is interrupted are undone', async () => {
    await using lab = new Lab();
    const command = lab.run('endless-faults');
    await command.printed('api landed');
    command.kill('SIGINT');
    expect(await command.ended).toEqual({ code: 105, signal: null });
    const journal = lab.journal();
    const undone = journal.filter(({ type }) => type === 'fault.undone').map(({ id }) => id as string);
    expect(undone.toSorted()).toEqual(['api', 'cut', 'kubelet', 'more', 'scheduler']);
    expect(unreadable(command)).toEqual([]);
    expect(readFileSync(join(lab.runFolder(), 'report.html'), 'utf8')).toMatch(/<\/html>\s*$/);
    await nothingRuns(lab);
  });

  test('that are in force when openbell is killed leave nothing', async () => {
    await using lab = new Lab();
    const command = lab.run('endless-faults');
    await command.printed('api landed');
    command.kill('SIGKILL');
    expect(await command.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await nothingRuns(lab);
  });
});
