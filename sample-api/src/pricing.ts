/**
 * The CPU work behind a quote: a Monte Carlo estimate of what a one-day option on the symbol is worth. It is plain
 * arithmetic whose result is part of the answer, so no compiler can leave it out, and its cost is linear in `paths`.
 */

/** Volatility of one trading day: 25 % a year over √252. */
const dailyVolatility = 0.25 / Math.sqrt(252);
/** A logistic variable has variance π²/3; scaled by this it has variance 1, close enough to a normal one. */
const logisticToUnit = Math.sqrt(3) / Math.PI;

/** Value of an at-the-money call on `spot` after one day, in the currency of `spot`; the same for the same `seed`. */
export function optionValue(spot: number, paths: number, seed: number): number {
  if (paths < 1) return 0;
  let state = seed | 1;
  let payoff = 0;
  for (let path = 0; path < paths; path++) {
    // xorshift32 (Marsaglia 2003), then the logistic distribution's quantile.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const uniform = ((state >>> 0) + 0.5) / 4_294_967_296;
    const shock = Math.log(uniform / (1 - uniform)) * logisticToUnit;
    const price = spot * Math.exp(dailyVolatility * shock - (dailyVolatility * dailyVolatility) / 2);
    if (price > spot) payoff += price - spot;
  }
  return payoff / paths;
}

/** A price between 20 and 500 that belongs to the symbol, and the seed it came from (FNV-1a). */
export function spotOf(symbol: string): { spot: number; seed: number } {
  let seed = 0x811c9dc5;
  for (const character of symbol) seed = Math.imul(seed ^ character.charCodeAt(0), 0x01000193);
  return { spot: 20 + ((seed >>> 0) % 48_000) / 100, seed };
}

const chunk = 1000;
const warmUpMs = 8;
const rounds = 5;
const roundMs = 2;

/**
 * How many paths cost one millisecond of CPU on this machine. Takes about 20 ms of CPU: a warm-up in which the
 * compiler optimises the loop, then the fastest of five short rounds. It counts CPU time, which stands still while the
 * process is throttled or descheduled, and takes the fastest round because all disturbances make a round slower.
 */
export function pathsPerMs(cpuMs: () => number = processCpuMs): number {
  runFor(warmUpMs, cpuMs);
  const speeds = Array.from({ length: rounds }, () => runFor(roundMs, cpuMs));
  return Math.max(...speeds);
}

function runFor(budgetMs: number, cpuMs: () => number): number {
  const start = cpuMs();
  for (let paths = chunk; ; paths += chunk) {
    optionValue(100, chunk, paths);
    const spent = cpuMs() - start;
    if (spent >= budgetMs) return paths / spent;
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
