import { readFileSync } from 'node:fs';
import { CommandError, OpenbellError, exitCodes, formatBytes } from '../../support/index.ts';
import { engineHelp } from '../container-engine.ts';
import type { Requirement } from '../requirement.ts';
import type { HostCapacity } from './config.ts';
import { problemIn } from './problems.ts';
import type { KindTools } from './tools.ts';

const leastKind = '0.20.0';
const leastDocker = '20.10.0';
const giB = 1024 ** 3;

/** Memory that a cluster needs before anything runs on it: measured 1.3 GB with three workers, idle. */
function memoryNeeded(workers: number): number {
  return 0.8 * giB + workers * 0.25 * giB;
}

/** What a kind cluster needs of this machine, each looked at by trying it; starts nothing. */
export async function kindRequirements(tools: KindTools, workers = 3): Promise<Requirement[]> {
  const engine = await engineAnswers(tools);
  const rest = engine.host === null ? [] : [memory(engine.host, workers)];
  return [await kindVersion(tools), engine.requirement, ...rest, ...inotify()];
}

/**
 * Looks at what would keep a cluster from booting.
 *
 * @returns what the engine's machine offers. @throws {OpenbellError} exit code 106, for the first thing that is missing.
 */
export async function requireKind(tools: KindTools, workers: number): Promise<HostCapacity> {
  const engine = await engineAnswers(tools);
  for (const { name, state, detail, hint = '' } of [
    await kindVersion(tools),
    engine.requirement,
    ...(engine.host === null ? [] : [memory(engine.host, workers)]),
  ]) {
    if (state !== 'failed') continue;
    throw new OpenbellError(`a kind cluster cannot be provided: ${name}: ${detail}`, {
      code: 'KIND_REQUIREMENT',
      hint,
      exitCode: exitCodes.clusterNotProvided,
    });
  }
  if (engine.host === null) throw new Error('an engine that answers has a capacity');
  return engine.host;
}

async function kindVersion(tools: KindTools): Promise<Requirement> {
  const name = 'kind';
  const hint = 'Install it: https://kind.sigs.k8s.io/docs/user/quick-start/#installation';
  try {
    const text = (await tools.kind(['version'])).trim();
    const version = versionIn(text);
    if (atLeast(version, leastKind)) return { name, state: 'ok', detail: version };
    return {
      name,
      state: 'failed',
      detail: `${version}; ${leastKind} or newer is needed`,
      hint: hint.replace('Install', 'Renew'),
    };
  } catch (error) {
    return { name, state: 'failed', detail: firstLine(error), hint };
  }
}

async function engineAnswers(
  tools: KindTools,
): Promise<{ requirement: Requirement; host: HostCapacity | null }> {
  const name = tools.engine;
  const help = engineHelp(name);
  const failed = (detail: string, hint: string): { requirement: Requirement; host: null } => ({
    requirement: { name, state: 'failed', detail, hint },
    host: null,
  });
  try {
    const info = JSON.parse(
      await tools.docker(['info', '--format', '{{json .}}'], { timeoutMs: 20_000 }),
    ) as EngineInfo;
    const { version, cpus, memoryBytes, system } = readInfo(info);
    if (version === '')
      return failed('its daemon does not answer', `Start it (${help.start}), then openbell doctor.`);
    if (name === 'docker' && !atLeast(versionIn(version), leastDocker)) {
      return failed(`${version}; ${leastDocker} or newer is needed`, `Renew it: ${help.install}`);
    }
    return {
      requirement: {
        name,
        state: 'ok',
        detail: `${version} on ${system}, ${cpus} CPUs, ${formatBytes(memoryBytes)}`,
      },
      host: { cpuMilli: cpus * 1000, memoryBytes },
    };
  } catch (error) {
    if (error instanceof CommandError && error.code === 'COMMAND_MISSING') {
      return failed(error.message, `Install it: ${help.install}`);
    }
    if (error instanceof CommandError && error.code === 'COMMAND_TIMEOUT') {
      return failed('no answer within 20 s', `Start it anew: ${help.restart}`);
    }
    const found = error instanceof CommandError ? problemIn(error.output, name) : undefined;
    return failed(found?.says ?? firstLine(error), found?.hint ?? `Try: ${name} info`);
  }
}

/** `docker info`, and how podman tells the same. */
interface EngineInfo {
  ServerVersion?: string;
  NCPU?: number;
  MemTotal?: number;
  OperatingSystem?: string;
  ServerErrors?: string[];
  host?: { cpus?: number; memTotal?: number; os?: string; distribution?: { distribution?: string } };
  version?: { Version?: string };
}

function readInfo({
  ServerVersion,
  NCPU,
  MemTotal,
  OperatingSystem,
  ServerErrors,
  host,
  version,
}: EngineInfo): {
  version: string;
  cpus: number;
  memoryBytes: number;
  system: string;
} {
  // Docker's client may exit with 0 and only tell here that nobody answered.
  if (ServerErrors !== undefined && ServerErrors.length > 0) {
    throw new CommandError(ServerErrors.join('; '), {
      code: 'COMMAND_FAILED',
      output: ServerErrors.join('\n'),
    });
  }
  return {
    version: ServerVersion ?? version?.Version ?? '',
    cpus: NCPU ?? host?.cpus ?? 1,
    memoryBytes: MemTotal ?? host?.memTotal ?? 0,
    system: OperatingSystem ?? host?.distribution?.distribution ?? host?.os ?? 'an unknown system',
  };
}

function memory({ memoryBytes }: HostCapacity, workers: number): Requirement {
  const name = "container engine's memory";
  const needed = memoryNeeded(workers);
  const detail = `${formatBytes(memoryBytes)}; a cluster of ${workers} workers needs ${formatBytes(needed)} before anything runs on it`;
  const hint = 'Give it more (Docker Desktop: Settings, Resources), or ask for fewer workers.';
  if (memoryBytes < needed) return { name, state: 'failed', detail, hint };
  return memoryBytes < needed + giB
    ? { name, state: 'warning', detail, hint }
    : { name, state: 'ok', detail };
}

/** kind's own advice for clusters of several nodes (its "known issues"); Linux only, elsewhere a virtual machine has its own. */
const wantedInotify = { max_user_watches: 65_536, max_user_instances: 512 };

function inotify(): Requirement[] {
  if (process.platform !== 'linux') return [];
  const values = Object.entries(wantedInotify).map(([key, wanted]) => ({
    key,
    wanted,
    value: limitOf(key),
  }));
  const low = values.filter(({ value, wanted }) => value < wanted);
  const detail = values.map(({ key, value }) => `${key} ${value}`).join(', ');
  const name = 'inotify limits';
  if (low.length === 0) return [{ name, state: 'ok', detail }];
  const hint = `If nodes do not become Ready: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`;
  return [{ name, state: 'warning', detail, hint }];
}

function limitOf(key: string): number {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${key}`, 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The first version number in a text: `kind v0.30.0 go1.26` → `0.30.0`. */
export function versionIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text;
}

/** Whether a version is another or newer than it. */
export function atLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (b ?? []).entries()) {
    const have = a?.[index] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
