import { stripVTControlCharacters, styleText } from 'node:util';
import { countReady, type News, type RunState } from './run-state.ts';

type Format = Parameters<typeof styleText>[0];

export interface BlockOptions {
  /** Milliseconds since the run's origin. */
  now: number;
  /** Columns. */
  width: number;
  color: boolean;
}

const stepLabels = {
  provision: 'booting the cluster',
  deploy: 'deploying the workload',
  'steady-state': 'waiting for steady state',
  traffic: 'traffic',
  recover: 'recovering',
  'clean-up': 'cleaning up',
} as const;

const newsColors: Record<News['kind'], Format> = {
  step: 'dim',
  phase: 'cyan',
  fault: 'red',
  scaling: 'green',
  node: 'yellow',
  pod: 'dim',
  warning: 'yellow',
};

/** The live view: the lines of one block that is drawn over itself. Pure. */
export function liveBlock(state: RunState, { now, width, color }: BlockOptions): string[] {
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const lines = [
    headline(state, { now, width, paint }),
    ...figures(state, paint),
    ...state.news.map(newsLine),
  ];
  return lines.map((line) => clip(line, width));

  function newsLine({ t, kind, text }: News): string {
    return `  ${paint('dim', clockTime(t))}  ${paint(newsColors[kind], kind.padEnd(7))}  ${text}`;
  }
}

type Paint = (format: Format, text: string) => string;

function headline(
  state: RunState,
  { now, width, paint }: { now: number; width: number; paint: Paint },
): string {
  const name = paint('bold', state.scenario);
  if (state.trafficStartT === null || state.step !== 'traffic') {
    const label = state.step === null ? 'starting' : stepLabels[state.step];
    return `${name}  ${label} … ${clockTime(now)}`;
  }
  const total = Math.max(0, ...state.phases.map(({ startMs, durationMs }) => startMs + durationMs));
  const into = Math.min(total, Math.max(0, now - state.trafficStartT));
  const phase = state.phases.findLast(({ startMs }) => startMs <= into);
  const times = `${clockTime(into)} of ${clockTime(total)}`;
  const phaseName = phase?.name ?? '';
  const room = Math.max(8, Math.min(40, width - state.scenario.length - phaseName.length - times.length - 8));
  return `${name}  ${paint('cyan', phaseName)}  ${bar(total === 0 ? 0 : into / total, room)}  ${times}`;
}

function figures(state: RunState, paint: Paint): string[] {
  const { pods, nodes, workers } = countReady(state);
  const cluster = `  pods ${pods} ready / ${state.desired ?? '–'} desired   nodes ${nodes}/${workers}`;
  if (state.tick === null) return workers === 0 ? [] : [cluster];
  const { askedRate, users, answeredRate, outcomes, p99Ms, connections } = state.tick;
  const { ok: _ok, ...bad } = outcomes;
  const errors = Object.entries(bad).filter(([, count]) => count > 0);
  const errorText =
    errors.length === 0
      ? paint('green', 'no errors')
      : paint('red', `errors: ${errors.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`);
  const p99 = p99Ms === null ? '–' : `${Math.round(p99Ms)} ms`;
  return [
    `  ${users === undefined ? `asked ${Math.round(askedRate)}/s` : `users ${users}`}  answered ${Math.round(answeredRate)}/s  p99 ${p99}  ` +
      `connections ${connections}  ${errorText}`,
    cluster,
  ];
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `${'━'.repeat(full)}${'─'.repeat(width - full)}`;
}

/** `m:ss` of milliseconds. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Cut at the terminal's edge, so that no line wraps; a line that is cut loses its colours. */
function clip(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
