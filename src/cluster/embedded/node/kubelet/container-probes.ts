import { monotonicMs } from '../../../../support/index.ts';
import type { ContainerRecord } from './container-record.ts';
import type { KubeletContext } from './context.ts';
import type { PodAddress } from './pod-addresses.ts';
import type { PodEvents } from './pod-events.ts';
import type { Probe } from './probe-check.ts';
import { Prober, type ProbeType } from './prober.ts';

const titles: Record<ProbeType, string> = {
  startup: 'Startup',
  readiness: 'Readiness',
  liveness: 'Liveness',
};

export interface ContainerProbesOptions {
  context: KubeletContext;
  record: ContainerRecord;
  address: PodAddress;
  events: PodEvents;
  /** Periods count from here: the kubelet's tickers begin when it is about to start the pod's containers, and go on across restarts. */
  ticksFromMs: number;
  /** A container that the kubelet finds running when it starts is probed at a random point of the first period. */
  adopted: boolean;
  changed: () => void;
  /** The container has to be restarted because of this probe. */
  onUnhealthy: (probe: Probe, type: 'startup' | 'liveness') => void;
}

/**
 * The probes of one container instance. Readiness is asked at once when the container is known to run, startup and liveness at
 * the next tick of their period, and both of the others only once startup has succeeded.
 */
export class ContainerProbes {
  readonly #options: ContainerProbesOptions;
  readonly #probers = new Map<ProbeType, Prober>();

  constructor(options: ContainerProbesOptions) {
    this.#options = options;
    const { startupProbe } = options.record.spec;
    if (startupProbe !== undefined && !options.record.started) this.#start('startup', startupProbe);
    else this.#startOthers();
  }

  /** Ends all of them, or only those that could restart the container. */
  stop(which: 'all' | 'restarting' = 'all'): void {
    for (const [type, prober] of this.#probers) {
      if (which === 'all' || type !== 'readiness') prober.stop();
    }
  }

  #startOthers(): void {
    const { readinessProbe, livenessProbe } = this.#options.record.spec;
    if (readinessProbe !== undefined) this.#start('readiness', readinessProbe);
    if (livenessProbe !== undefined) this.#start('liveness', livenessProbe);
  }

  #start(type: ProbeType, probe: Probe): void {
    const { context, record, address, events, adopted, ticksFromMs } = this.#options;
    const { instance } = record;
    if (instance === undefined) return;
    const { speedup } = context.config.timings;
    const periodMs = ((probe.periodSeconds ?? 10) * 1000) / speedup;
    const now = monotonicMs();
    const prober = new Prober({
      type,
      probe,
      target: { container: record.spec, address, instance },
      speedup,
      ticksFromMs: adopted ? now - context.random() * periodMs : ticksFromMs,
      atOnce: type === 'readiness' && !adopted,
      onFailure: (output) => events.warning('Unhealthy', `${titles[type]} probe failed: ${output}`, record),
      onResult: (healthy) => this.#onResult(type, probe, healthy),
    });
    this.#probers.set(type, prober);
  }

  #onResult(type: ProbeType, probe: Probe, healthy: boolean): void {
    const { record, changed, onUnhealthy } = this.#options;
    if (record.state.running === undefined) return;
    if (type === 'readiness') {
      if (record.ready === healthy) return;
      record.ready = healthy;
      changed();
      return;
    }
    if (!healthy) {
      this.stop('restarting');
      onUnhealthy(probe, type);
    } else if (type === 'startup') {
      this.#probers.get('startup')?.stop();
      record.started = true;
      record.ready = record.spec.readinessProbe === undefined;
      this.#startOthers();
      changed();
    }
  }
}
