/**
 * Makes `market-day.csv`: requests per second of a trading API over one made-up day, a point each minute.
 *
 *   node scenarios/traces/make-market-day.ts > scenarios/traces/market-day.csv
 *
 * Nobody's traffic was recorded for it. The shape is what is known of such days: little before the open, a jump at 09:30 that
 * decays like a power of time, a lull at noon, a burst at 14:00 when news comes out, a climb to the close at 16:00, and
 * the drop after it. Around that lies noise that remembers the minute before (AR(1) in the logarithm), and a few one-minute
 * bursts, as orders come in flocks. The seed makes it the same every time.
 */
import path from 'node:path';
import { seededRandom, type Random } from '../../src/support/index.ts';

const open = 9 * 60 + 30;
const close = 16 * 60;
const news = 14 * 60;
/** The trace runs from 08:30 to 16:30. */
const from = open - 60;
const to = close + 30;

/** The trace as CSV text; the same seed gives the same text. */
export function marketDay(seed = 930): string {
  const random = seededRandom(seed);
  const lines = [
    '# A made-up trading day: requests per second, from make-market-day.ts, seed ' + seed,
    'time,rate',
  ];
  let noise = 0;
  for (let minute = from; minute <= to; minute++) {
    noise = 0.75 * noise + 0.06 * normal(random);
    const burst = random() < 0.015 ? 1.4 + 0.6 * random() : 1;
    const rate = level(minute) * Math.exp(noise) * burst;
    lines.push(`${clock(minute)},${rate.toFixed(1)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Requests per second without noise. */
function level(minute: number): number {
  if (minute < open) return 12 + 10 * ((minute - from) / 60) ** 3;
  if (minute >= close) return 20 + 110 * Math.exp(-(minute - close) / 6);
  const sinceOpen = minute - open;
  const session = sinceOpen / (close - open);
  // Busy at both ends of the session, calm in its middle.
  const day = 55 + 75 * (2 * session - 1) ** 2;
  const bell = 150 / (1 + sinceOpen / 4) ** 0.9;
  const burst = minute < news ? 0 : 130 * Math.exp(-(minute - news) / 7);
  const climb = 70 * Math.exp(-(close - minute) / 9);
  return day + bell + burst + climb;
}

/** A draw from the standard normal distribution (Box–Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function clock(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename) {
  process.stdout.write(marketDay());
}
