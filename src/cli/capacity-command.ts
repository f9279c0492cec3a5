import { measureCapacity } from '../harness/index.ts';
import { loadScenario } from '../scenario/index.ts';
import { formatPlural, monotonicMs } from '../support/index.ts';
import { capacityText, closedText, holdText } from './capacity-text.ts';
import type { Context } from './context.ts';
import { interruptible } from './interruptible.ts';
import { providerFor, type WhereRequest } from './providers.ts';

/** What `openbell capacity` was asked for. */
export interface CapacityRequest extends WhereRequest {
  scenario: string;
  pods: number[];
  expect: string[];
  stepSeconds: number;
  holdSeconds: number;
  out: string;
  seed?: number | undefined;
  speedup?: number | undefined;
  json: boolean;
}

/** A capacity measurement, watched on standard error; what it came to goes to standard output. */
export async function capacityCommand(request: CapacityRequest, context: Context): Promise<void> {
  const { stdout, stderr } = context;
  const { speedup } = request;
  const scenario = await loadScenario(request.scenario, {
    on: request.on,
    ...(speedup !== undefined && { speedup }),
  });
  const interruption = interruptible(context, 'measurement');
  const startedAt = monotonicMs();
  const say = (line: string): void => {
    const seconds = Math.floor((monotonicMs() - startedAt) / 1000);
    stderr.write(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}  ${line}\n`);
  };
  try {
    const { result, file } = await measureCapacity({
      scenario,
      provider: providerFor(request),
      outDir: request.out,
      pods: request.pods.toSorted((a, b) => a - b),
      expect: request.expect,
      stepSeconds: request.stepSeconds,
      holdSeconds: request.holdSeconds,
      seed: request.seed,
      signal: interruption.clean,
      hardSignal: interruption.hard,
      observer: {
        onStep: ({ name, state }) => {
          if (state === 'start') say(`step: ${name}`);
        },
        onProgress: say,
        onPods: (pods) => say(`${formatPlural(pods, 'pod')}: closed loop, then rates that are held`),
        onClosed: (point) => say(closedText(point)),
        onHold: (point) => say(holdText(point)),
      },
    });
    stdout.write(request.json ? `${JSON.stringify(result, null, 2)}\n` : capacityText(result, file));
  } finally {
    interruption.over();
  }
}
