import { messageOf } from '../../../../support/index.ts';
import type { ProcessImage } from '../../../provider.ts';
import { ApiError, resources } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import type { Container, ContainerExit } from '../runtime/index.ts';
import { ContainerProbes } from './container-probes.ts';
import {
  hasProcess,
  isAnother,
  isRunning,
  noticeStart,
  terminated,
  type ContainerRecord,
} from './container-record.ts';
import { restarts, restoreRecords } from './container-restore.ts';
import { startContainer } from './container-starter.ts';
import { ContainerStopper } from './container-stopper.ts';
import { effectiveMs, timestamp, type KubeletContext } from './context.ts';
import type { PodAddress } from './pod-addresses.ts';
import { PodEvents } from './pod-events.ts';
import { podPhase, podStatus } from './pod-status.ts';
import { StatusWriter } from './status-writer.ts';
import { removeVolumes } from './volumes.ts';

/** The kubelet's least grace for a pod whose object is gone, nominal seconds. */
const minimalGraceSeconds = 2;

/**
 * Makes one pod's containers what its spec says, one step at a time: whatever changes (the object, a container's end, a
 * probe's verdict, a delay that is over) wakes it, and it looks at everything anew.
 */
export class PodWorker {
  readonly #context: KubeletContext;
  readonly #presentImages: Map<string, ProcessImage>;
  readonly #onDone: () => void;
  readonly #uid: string;
  readonly #records: ContainerRecord[];
  readonly #events: PodEvents;
  readonly #status: StatusWriter;
  readonly #startTime: string;
  readonly #probes = new Map<ContainerRecord, ContainerProbes>();
  readonly #stoppers = new Map<ContainerRecord, ContainerStopper>();
  #pod: Pod;
  /** The object is no longer in the API. */
  #gone = false;
  #address: PodAddress | undefined;
  /** Ended by itself; nothing is started any more. */
  #ended: boolean;
  /** Why the kubelet has ended it. */
  #failure: { reason: string; message: string } | undefined;
  #graceEndsAt = Number.POSITIVE_INFINITY;
  /** What the kubelet will find at its next look. */
  readonly #looks = new Set<() => void>();
  /** Monotonic time at which its probes' periods began. */
  #probesFrom = 0;
  #finalized = false;
  #stepping = false;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  #retryAt = Number.POSITIVE_INFINITY;

  constructor(
    context: KubeletContext,
    pod: Pod,
    { presentImages, onDone }: { presentImages: Map<string, ProcessImage>; onDone: () => void },
  ) {
    this.#context = context;
    this.#pod = pod;
    this.#presentImages = presentImages;
    this.#onDone = onDone;
    this.#uid = pod.metadata?.uid ?? '';
    this.#records = restoreRecords(context, pod);
    this.#address = context.addresses.of(this.#uid);
    this.#startTime = pod.status?.startTime ?? timestamp(context);
    this.#ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    this.#events = new PodEvents(context.events, () => this.#pod);
    this.#status = new StatusWriter({
      api: context.api,
      pod: () => (this.#gone ? null : this.#pod),
      wanted: (current) => this.#wantedStatus(current),
      portMap: () => this.#address?.portMap ?? {},
      onWritten: (written) => this.#learn(written),
      onError: (error) => context.log(`status of pod ${this.#name}: ${messageOf(error)}`),
      signal: context.signal,
    });
    for (const record of this.#records) {
      if (record.instance === undefined || record.instance.exit !== undefined) continue;
      this.#follow(record, record.instance);
      this.#probe(record, true);
    }
    context.signal.addEventListener('abort', () => this.#letGo(), { once: true });
    this.#wake();
  }

  /** A newer state of the object. */
  update(pod: Pod): void {
    this.#learn(pod);
    // Also puts right what somebody else wrote over the kubelet's part.
    if (!this.#ended) this.#status.touch();
    this.#wake();
  }

  /** The object was removed: what still runs is ended with the least grace, and nobody is told. */
  removed(): void {
    this.#gone = true;
    this.#wake();
  }

  get #name(): string {
    return `${this.#pod.metadata?.namespace}/${this.#pod.metadata?.name}`;
  }

  /** Somebody wants it to end. */
  #isLeaving(): boolean {
    return this.#gone || this.#pod.metadata?.deletionTimestamp !== undefined;
  }

  #learn(pod: Pod): void {
    if (version(pod) > version(this.#pod)) this.#pod = pod;
  }

  /** The kubelet stops; the containers do not. */
  #letGo(): void {
    clearTimeout(this.#retry);
    for (const probes of this.#probes.values()) probes.stop();
  }

  #wake(): void {
    this.#again = true;
    if (this.#stepping) return;
    this.#stepping = true;
    void this.#steps();
  }

  async #steps(): Promise<void> {
    while (this.#again && !this.#context.signal.aborted) {
      this.#again = false;
      // Whoever has to wait says so again.
      clearTimeout(this.#retry);
      this.#retryAt = Number.POSITIVE_INFINITY;
      try {
        await this.#step();
      } catch (error) {
        this.#context.log(`pod ${this.#name}: ${messageOf(error)}`);
        this.#retryIn(1_000);
      }
    }
    this.#stepping = false;
  }

  async #step(): Promise<void> {
    if (this.#isLeaving()) return this.#terminate();
    if (this.#ended) return undefined;
    this.#address ??= await this.#takeAddress();
    if (this.#address === undefined) return undefined;
    this.#status.touch();
    if (this.#isPastDeadline()) return this.#end();
    await this.#startWhatShouldRun(this.#address);
    const phase = podPhase({ pod: this.#pod, records: this.#records, finishing: false });
    if (phase === 'Succeeded' || phase === 'Failed') this.#end();
    return undefined;
  }

  /** Whether the pod's own deadline has passed; wakes the worker when it will. */
  #isPastDeadline(): boolean {
    const seconds = this.#pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return false;
    const { clock } = this.#context;
    const leftMs = Date.parse(this.#startTime) + effectiveMs(this.#context, seconds) - clock.wall();
    if (leftMs > 0) {
      this.#retryIn(leftMs);
      return false;
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#events.normal('DeadlineExceeded', message);
    return true;
  }

  async #takeAddress(): Promise<PodAddress | undefined> {
    try {
      return await this.#context.addresses.take(this.#pod);
    } catch (error) {
      this.#events.warning('FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
      this.#retryIn(effectiveMs(this.#context, 1));
      return undefined;
    }
  }

  /** Init containers one after the other, sidecars on the way, then all app containers. */
  async #startWhatShouldRun(address: PodAddress): Promise<void> {
    for (const record of this.#records) {
      const { state, role } = record;
      if (role === 'app') {
        if (state.terminated !== undefined && !restarts(this.#pod, state.terminated.exitCode)) continue;
      } else if (role === 'init') {
        if (state.terminated?.exitCode === 0) continue;
        if (state.terminated !== undefined && this.#pod.spec?.restartPolicy === 'Never') return;
      }
      if (!isRunning(record) && !record.unseen) await this.#start(record, address);
      if (this.#isLeaving()) return;
      if (role === 'init' || (role === 'sidecar' && !record.started)) return;
    }
  }

  async #start(record: ContainerRecord, address: PodAddress): Promise<void> {
    const now = this.#context.clock.now();
    if (record.notBefore > now) {
      this.#retryIn(record.notBefore - now);
      return;
    }
    this.#probesFrom ||= now;
    const result = await startContainer({
      context: this.#context,
      pod: this.#pod,
      address,
      record,
      events: this.#events,
      presentImages: this.#presentImages,
      changed: () => this.#status.touch(),
      isLeaving: () => this.#isLeaving(),
    });
    if (result === 'failed') this.#wake();
    else if (result === 'started') this.#started(record, record.instance as Container);
    else {
      record.notBefore = this.#context.clock.now() + result.retryInMs;
      this.#retryIn(result.retryInMs);
    }
  }

  /** Known to run, and probed, from the kubelet's next look on. */
  #started(record: ContainerRecord, instance: Container): void {
    this.#follow(record, instance);
    this.#atRelist(() => {
      if (record.instance !== instance || instance.exit !== undefined || this.#isLeaving()) return;
      noticeStart(record, instance, timestamp(this.#context, instance.startedAt));
      this.#probe(record, false);
      this.#status.touch();
      this.#wake();
    });
  }

  #follow(record: ContainerRecord, instance: Container): void {
    void instance.exited.then((exit) => {
      const endedAt = this.#context.clock.now();
      const notice = (): void => this.#onExit(record, instance, { ...exit, endedAt });
      // Whoever stops a container waits for its end; one that ends by itself is found at the next look.
      if (this.#isLeaving() || this.#ended || this.#stoppers.has(record)) notice();
      else this.#atRelist(notice);
    });
  }

  #atRelist(look: () => void): void {
    const { clock, relist, signal } = this.#context;
    this.#looks.add(look);
    const due = (): void => {
      if (this.#looks.delete(look)) look();
    };
    void clock.sleep(relist.inMs(), signal).then(due, () => undefined);
  }

  #probe(record: ContainerRecord, adopted: boolean): void {
    if (this.#address === undefined) return;
    const probes = new ContainerProbes({
      context: this.#context,
      record,
      address: this.#address,
      events: this.#events,
      ticksFromMs: this.#probesFrom,
      adopted,
      changed: () => {
        this.#status.touch();
        this.#wake();
      },
      onUnhealthy: (probe, type) => {
        this.#events.normal(
          'Killing',
          `Container ${record.spec.name} failed ${type} probe, will be restarted`,
          record,
        );
        const grace =
          probe.terminationGracePeriodSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30;
        void this.#stopperOf(record).stop(effectiveMs(this.#context, grace));
      },
    });
    this.#probes.set(record, probes);
  }

  #onExit(
    record: ContainerRecord,
    instance: Container,
    { endedAt, ...exit }: ContainerExit & { endedAt: number },
  ): void {
    if (record.instance !== instance || this.#context.signal.aborted) return;
    this.#probes.get(record)?.stop();
    this.#probes.delete(record);
    this.#stoppers.delete(record);
    // It ended before the kubelet had seen it run.
    if (record.unseen) isAnother(record, instance.spec);
    record.state = { terminated: terminated(record, exit, timestamp(this.#context, instance.startedAt)) };
    record.unseen = false;
    record.ready = false;
    record.started = false;
    record.endedAt = endedAt;
    if (!this.#ended) this.#status.touch();
    this.#wake();
  }

  /** The pod has run to its end: nothing is started any more, sidecars are stopped, the address is free. */
  #end(): void {
    this.#ended = true;
    const running = this.#records.filter(hasProcess);
    const grace = effectiveMs(this.#context, this.#pod.spec?.terminationGracePeriodSeconds ?? 30);
    for (const record of running) void this.#stopperOf(record).stop(grace);
    this.#context.addresses.release(this.#uid);
    this.#status.touch();
  }

  /** Called at each step until nothing runs; only ever shortens the grace. */
  async #terminate(): Promise<void> {
    const { clock } = this.#context;
    // Whoever ends a pod looks at it first.
    for (const look of this.#looks) {
      this.#looks.delete(look);
      look();
    }
    const graceSeconds = this.#gone
      ? minimalGraceSeconds
      : (this.#pod.metadata?.deletionGracePeriodSeconds ?? 0);
    this.#graceEndsAt = Math.min(this.#graceEndsAt, clock.now() + effectiveMs(this.#context, graceSeconds));
    for (const probes of this.#probes.values()) probes.stop('restarting');
    const running = this.#records.filter(hasProcess);
    // Sidecars serve the others until these have ended.
    const apps = running.filter(({ role }) => role !== 'sidecar');
    for (const record of apps.length > 0 ? apps : running) {
      if (!this.#stoppers.has(record)) {
        this.#events.normal('Killing', `Stopping container ${record.spec.name}`, record);
      }
      void this.#stopperOf(record).stop(Math.max(0, this.#graceEndsAt - clock.now()));
    }
    if (running.length === 0) await this.#finalize();
  }

  /** The last status, the end of the object, and what the pod held on this node. */
  async #finalize(): Promise<void> {
    if (this.#finalized) return;
    this.#finalized = true;
    clearTimeout(this.#retry);
    for (const record of this.#records) {
      if (record.state.waiting !== undefined && record.lastState.terminated !== undefined) {
        record.state = { terminated: record.lastState.terminated };
        record.lastState = {};
      }
    }
    if (!this.#gone) {
      if (!this.#ended) await this.#status.settled();
      await this.#deleteObject();
    }
    await Promise.all(this.#context.runtime.containersOf(this.#uid).map((container) => container.gone));
    this.#context.runtime.removePod(this.#uid);
    await removeVolumes(this.#context, this.#uid);
    this.#context.addresses.release(this.#uid);
    this.#onDone();
  }

  async #deleteObject(): Promise<void> {
    const { api, clock, signal, log } = this.#context;
    const { namespace, name = '' } = this.#pod.metadata ?? {};
    const options = { gracePeriodSeconds: 0, preconditions: { uid: this.#uid } };
    for (let waitMs = 20; !this.#gone && !signal.aborted; waitMs = Math.min(waitMs * 2, 1_000)) {
      try {
        return await api.delete(resources.pods, { namespace, name }, options);
      } catch (error) {
        if (error instanceof ApiError && [404, 409].includes(error.code)) return undefined;
        log(`deletion of pod ${this.#name}: ${messageOf(error)}`);
        await clock.sleep(waitMs, signal).catch(() => undefined);
      }
    }
    return undefined;
  }

  #stopperOf(record: ContainerRecord): ContainerStopper {
    const known = this.#stoppers.get(record);
    if (known !== undefined) return known;
    const stopper = new ContainerStopper(this.#context, record, this.#address ?? { ip: '', portMap: {} });
    this.#stoppers.set(record, stopper);
    return stopper;
  }

  /** Wakes the worker after `ms`, or earlier when something else has to be done before. */
  #retryIn(ms: number): void {
    const at = this.#context.clock.now() + ms;
    if (at >= this.#retryAt) return;
    this.#retryAt = at;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#wake(), Math.max(0, ms));
  }

  #wantedStatus(pod: Pod): NonNullable<Pod['status']> {
    const deleting = pod.metadata?.deletionTimestamp !== undefined;
    return podStatus({
      pod,
      records: this.#records,
      podIP: this.#address?.ip ?? pod.status?.podIP,
      startTime: this.#startTime,
      failure: this.#failure,
      finishing: this.#ended || (deleting && !this.#records.some(hasProcess)),
      now: timestamp(this.#context),
      config: this.#context.config,
    });
  }
}

/** Versions of this cluster's API count up, so that a newer state can be told from an older one. */
function version({ metadata }: Pod): number {
  return Number(metadata?.resourceVersion ?? 0);
}
