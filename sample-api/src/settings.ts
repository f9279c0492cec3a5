import { hostname } from 'node:os';

/** Everything that can be set from outside, read from the environment once at the start. */
export interface Settings {
  /** Address to listen on: `HOST`, else the pod's own (`POD_IP`), else every address of the machine or container. */
  host: string;
  /** `PORT`; 0 takes a free one, and the first log line tells which. */
  port: number;
  /** Who answers; sent as `x-pod` and `x-node`. */
  pod: string;
  node: string;
  /** CPU time that one quote costs, ms. */
  quoteWorkMs: number;
  /** How long `GET /orders` waits as if for a database, ms. */
  ordersWaitMs: number;
  /** How long the server is alive but not ready, ms. */
  startupDelayMs: number;
  /** How long after SIGTERM new connections are still accepted, ms. */
  drainMs: number;
  /** How long an idle connection is kept open, ms; longer than clients keep theirs, so that they close first. */
  keepAliveMs: number;
}

/** A setting that cannot be used; one line for each of them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Settings from environment variables. An empty variable counts as absent.
 *
 * @throws {SettingsError} naming every variable that cannot be used, what was expected and what was got.
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const problems: string[] = [];
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;

  function number(name: string, fallback: number, [from, to]: [number, number], what: string): number {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = Number(value);
    const whole = what !== 'milliseconds' && !Number.isInteger(parsed);
    if (Number.isFinite(parsed) && parsed >= from && parsed <= to && !whole) return parsed;
    problems.push(`${name}: expected ${what} from ${from} to ${to}, got "${value}"`);
    return fallback;
  }

  const settings: Settings = {
    host: text('HOST') ?? text('POD_IP') ?? '0.0.0.0',
    port: number('PORT', 8080, [0, 65_535], 'a port number'),
    pod: text('POD_NAME') ?? hostname(),
    node: text('NODE_NAME') ?? 'unknown',
    quoteWorkMs: number('QUOTE_WORK_MS', 2, [0, 10_000], 'milliseconds'),
    ordersWaitMs: number('ORDERS_WAIT_MS', 20, [0, 60_000], 'milliseconds'),
    startupDelayMs: number('STARTUP_DELAY_MS', 0, [0, 600_000], 'milliseconds'),
    drainMs: number('DRAIN_MS', 1000, [0, 600_000], 'milliseconds'),
    keepAliveMs: number('KEEP_ALIVE_MS', 65_000, [0, 600_000], 'milliseconds'),
  };
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}
