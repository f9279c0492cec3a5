import type { Recorder } from '../journal/index.ts';
import { formatDuration, messageOf, seededRandom, systemClock, type Clock } from '../support/index.ts';
import { faultFor } from './catalogue.ts';
import { describeMissing } from './describe.ts';
import type { Fault, FaultContext, Target } from './fault.ts';
import { watchForEnd, type EndWatch } from './reach.ts';
import type { FaultSpec } from './spec.ts';

/** What is played, where and by which clock. */
export interface PlayOptions extends Pick<
  FaultContext,
  'client' | 'cluster' | 'namespace' | 'workloadSelector'
> {
  specs: readonly FaultSpec[];
  /** The run's seed; each fault draws its targets from it and its own id. */
  seed: number;
  /** `clock.now()` at the start of traffic: schedule time zero. */
  startAtMs: number;
  recorder: Recorder;
  /** Told of each fault that had no target or was not seen to land. */
  onFailed: (reason: string) => void;
  /** How long a proof may take; 10 s when left out. */
  proofDeadlineMs?: number;
  clock?: Clock;
}

/** Faults that are being played. */
export interface FaultPlay {
  /** Resolves when no fault is ahead or under way: each has landed, was undone if it has an end of its own, or failed. */
  readonly done: Promise<void>;
  /**
   * Injects nothing more and rolls back whatever is in force. Safe to call twice.
   *
   * @param overdue Why faults that have not been injected never will be; they are journaled as failed with it. Null when that
   *   is no failure, because the run was broken off.
   */
  rollBack(overdue: string | null): Promise<void>;
}

/** A fault that is later than this has its delay said. */
const noticeablyLateMs = 1_000;

/** A fault that was injected and not undone yet. */
interface InForce {
  id: string;
  fault: Fault;
  targets: Target[];
}

/**
 * Plays faults at their instants of the traffic's schedule. Each instant counts from the start, so that delays do not add
 * up; faults run beside each other and never hold up traffic.
 */
export function playFaults(options: PlayOptions): FaultPlay {
  const {
    specs,
    seed,
    startAtMs,
    recorder,
    onFailed,
    proofDeadlineMs = 10_000,
    clock = systemClock,
  } = options;
  const ended = new AbortController();
  const inForce = new Map<string, InForce>();
  const taken = new Set<string>();
  const begun = new Set<string>();
  let selecting: Promise<unknown> = Promise.resolve();

  function contextOf(spec: FaultSpec): FaultContext {
    const { client, cluster, namespace, workloadSelector } = options;
    const random = seededRandom(seed ^ hash(spec.id));
    return {
      client,
      cluster,
      namespace,
      workloadSelector,
      taken,
      random,
      proofDeadlineMs,
      signal: ended.signal,
    };
  }

  /** One at a time: two faults of the same instant must not choose the same target. */
  function select(spec: FaultSpec, context: FaultContext): Promise<Target[]> {
    const selected = selecting
      .then(() => faultFor(spec).select(spec.select, context))
      .then((targets) => {
        for (const { uid } of targets) taken.add(uid);
        return targets;
      });
    selecting = selected.catch(() => {});
    return selected;
  }

  function fail({ id, type }: FaultSpec, reason: string): void {
    recorder.record({ type: 'fault.failed', id, fault: type, reason });
    onFailed(`fault ${id} (${type}): ${reason}`);
  }

  async function land(spec: FaultSpec, context: FaultContext): Promise<void> {
    const { id } = spec;
    const fault = faultFor(spec);
    const targets = await select(spec, context);
    if (targets.length === 0) return fail(spec, `found no target: ${describeMissing(spec)}`);
    const watch = await watchForEnd(
      fault.endsProcesses ? targets.flatMap(({ addresses }) => addresses) : [],
      () => recorder.now(),
    );
    try {
      ended.signal.throwIfAborted();
      inForce.set(id, { id, fault, targets });
      await inject(spec, { fault, targets, context, watch });
    } finally {
      watch.stop();
    }
  }

  async function inject(
    { id, type, component, joins, atMs, select: { amount } }: FaultSpec,
    {
      fault,
      targets,
      context,
      watch,
    }: { fault: Fault; targets: Target[]; context: FaultContext; watch: EndWatch },
  ): Promise<void> {
    recorder.record({
      type: 'fault.inject',
      id,
      fault: type,
      targetKind: fault.targetKind,
      ...(component === undefined ? {} : { component }),
      targets: targets.map(({ name, uid, node }) => ({ name, uid, ...(node === undefined ? {} : { node }) })),
    });
    const lateMs = clock.now() - (startAtMs + atMs);
    if (lateMs > noticeablyLateMs) {
      const message = `fault ${id} was injected ${formatDuration(lateMs)} after its time: the API server answered late`;
      recorder.record({ type: 'note', level: 'warning', message });
    }
    const asked = joins?.length ?? ('count' in amount ? amount.count : 0);
    if (targets.length < asked) {
      const message = `fault ${id} asked for ${asked} targets and found ${targets.length}`;
      recorder.record({ type: 'note', level: 'warning', message });
    }
    const seen = await fault.inject(targets, context);
    const proof = await fault.prove(targets, context);
    recorder.record({
      type: 'fault.landed',
      id,
      proof: [seen, proof].filter((part) => part !== null).join('; '),
      ...(watch.ended.size === 0 ? {} : { ended: Object.fromEntries(watch.ended) }),
    });
  }

  async function play(spec: FaultSpec): Promise<void> {
    const context = contextOf(spec);
    try {
      await clock.sleep(Math.max(0, startAtMs + spec.atMs - clock.now()), ended.signal);
      begun.add(spec.id);
      const injectedAt = clock.now();
      await land(spec, context);
      if (spec.forMs === null || !inForce.has(spec.id)) return;
      await clock.sleep(Math.max(0, injectedAt + spec.forMs - clock.now()), ended.signal);
      await undo(spec.id);
    } catch (error) {
      if (!ended.signal.aborted) fail(spec, messageOf(error));
    }
  }

  async function undo(id: string): Promise<void> {
    const entry = inForce.get(id);
    if (entry === undefined) return;
    inForce.delete(id);
    const { fault, targets } = entry;
    if (fault.undo === null) return;
    const spec = specs.find((spec) => spec.id === id);
    try {
      if (spec === undefined) return;
      const how = await fault.undo(targets, contextOf(spec));
      for (const { uid } of targets) taken.delete(uid);
      recorder.record({ type: 'fault.undone', id, how });
    } catch (error) {
      // At the run's end it is tried again.
      if (!ended.signal.aborted) inForce.set(id, entry);
      const names = targets.map(({ name }) => name).join(', ');
      const message = `fault ${id} could not be undone on ${names}: ${messageOf(error)}`;
      recorder.record({ type: 'note', level: 'warning', message });
    }
  }

  const done = Promise.all(specs.map(play)).then(() => {});

  async function rollBack(overdue: string | null): Promise<void> {
    await done;
    for (const spec of specs) {
      if (begun.has(spec.id)) continue;
      begun.add(spec.id);
      if (overdue !== null) fail(spec, overdue);
    }
    // What other faults are undone with may need the components.
    const [components, others] = partition(
      [...inForce.values()],
      ({ fault }) => fault.targetKind === 'Component',
    );
    for (const round of [components, others]) await Promise.all(round.map(({ id }) => undo(id)));
  }

  let rolledBack = Promise.resolve();
  return {
    done,
    rollBack: (overdue) => {
      ended.abort();
      rolledBack = rolledBack.then(() => rollBack(overdue));
      return rolledBack;
    },
  };
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** FNV-1a (32 bit) of a text. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const unit of Buffer.from(text)) value = Math.imul(value ^ unit, 0x01000193);
  return value >>> 0;
}
