import type { JournalEvent } from '../../journal/index.ts';
import type { TrafficTick } from '../../traffic/index.ts';
import type { Output } from '../context.ts';
import { clockTime, liveBlock } from './live-block.ts';
import { initialState, reduceRunState, withNews, type News, type RunState } from './run-state.ts';

/** What a person sees of a run while it goes on. */
export interface RunView {
  event(event: JournalEvent): void;
  tick(tick: TrafficTick): void;
  /** A line about what the provider does. */
  progress(message: string): void;
  /** Takes the live block off the screen. */
  close(): void;
}

export interface ViewOptions {
  output: Output;
  color: boolean;
  /** Milliseconds since the run's origin, now. */
  now: () => number;
  /** A line above the live block, of what the run is part of. */
  above?: string;
}

/** One live block on a terminal, plain lines elsewhere. */
export function runView(options: ViewOptions): RunView {
  return options.output.isTTY === true ? liveView(options) : plainView(options);
}

const redrawMs = 250;

function liveView({ output, color, now, above }: ViewOptions): RunView {
  let state: RunState = initialState;
  let drawn = 0;
  const timer = setInterval(draw, redrawMs);
  timer.unref();

  function erase(): void {
    if (drawn > 0) output.write(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  }
  function draw(): void {
    const width = output.columns ?? 80;
    const block = liveBlock(state, { now: now(), width, color });
    const lines = above === undefined ? block : [above.slice(0, width), ...block];
    // One write, so that the terminal never shows the block half erased.
    const up = drawn > 0 ? `\u001B[${drawn}A\u001B[0J` : '';
    output.write(`${up}${lines.join('\n')}\n`);
    drawn = lines.length;
  }
  return {
    event(event) {
      const { state: next, news } = reduceRunState(state, event);
      state = next;
      if (news !== null) draw();
    },
    tick(tick) {
      state = { ...state, tick };
    },
    progress(message) {
      state = withNews(state, { t: now(), kind: 'step', text: message });
      draw();
    },
    close() {
      clearInterval(timer);
      erase();
    },
  };
}

/** How often a line tells how traffic goes where there is no terminal. */
const figuresEveryMs = 10_000;

function plainView({ output, now }: ViewOptions): RunView {
  let state: RunState = initialState;
  let figuresAt = 0;
  const line = (t: number, text: string): void => void output.write(`${clockTime(t)}  ${text}\n`);
  const tell = ({ t, kind, text }: News): void => line(t, `${kind}: ${text}`);
  return {
    event(event) {
      const { state: next, news } = reduceRunState(state, event);
      state = next;
      if (event.type === 'run.step' && event.state === 'start') line(event.t, `step: ${event.name}`);
      if (event.type === 'run.step' && event.state === 'failed')
        line(event.t, `step failed: ${event.message ?? event.name}`);
      if (news !== null) tell(news);
    },
    tick(tick) {
      state = { ...state, tick };
      if (now() < figuresAt) return;
      figuresAt = now() + figuresEveryMs;
      const figures = liveBlock({ ...state, news: [] }, { now: now(), width: 200, color: false });
      line(
        now(),
        figures
          .slice(1)
          .map((text) => text.trim())
          .join('  '),
      );
    },
    progress(message) {
      line(now(), message);
    },
    close() {},
  };
}
