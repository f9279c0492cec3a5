/** Plays a plan with openbell's engine and sends what it tells: `node openbell-player.ts <json>`. */
import { join } from 'node:path';
import { monotonicMs } from '../../src/support/index.ts';
import { startTraffic, type TrafficPlan } from '../../src/traffic/index.ts';
import { mergeHistograms } from '../../src/traffic/histograms.ts';
import type { Told } from '../support/peers.ts';

const { plan, url, folder, seed } = JSON.parse(process.argv[2] ?? '{}') as {
  plan: TrafficPlan;
  url: string;
  /** Where its ledger goes; null for nowhere. */
  folder: string | null;
  seed: number;
};
const run = startTraffic({
  plan,
  target: new URL(url),
  seed,
  originMs: 0,
  startAtMs: monotonicMs(),
  goodResponseMs: null,
  onSecond: () => {},
  ...(folder === null ? {} : { ledgerFile: join(folder, 'ledger') }),
});
const end = await run.done;
const { outcomes, service } = end;
process.send?.({
  accounted: Object.values(outcomes).reduce((a, b) => a + b, 0),
  ok: outcomes.ok,
  p50Ms: mergeHistograms([service]).getValueAtPercentile(50) / 1000,
  end,
} satisfies Told);
process.disconnect();
