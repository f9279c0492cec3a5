/** What every part may use: errors with codes, the clock, waiting with a deadline, formatting. */
export { exitCodes, type ExitCode } from './exit-codes.ts';
export { OpenbellError, messageOf, type ErrorDetails } from './errors.ts';
export { monotonicMs, systemClock, type Clock } from './clock.ts';
export { until, type UntilOptions } from './until.ts';
export { seededRandom, type Random } from './random.ts';
export {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatAll,
  formatPlural,
} from './format.ts';
export { nearest } from './nearest.ts';
export { sum } from './sum.ts';
export {
  parseCpuMilli,
  parseDurationMs,
  parseMemoryBytes,
  parsePercent,
  parseRatePerSecond,
} from './units.ts';
export { groupIsStopped, groupRuns, killGroups, processRuns, signalGroup } from './processes.ts';
export { CommandError, runProgram, type CommandOptions, type CommandOutput } from './command.ts';
export { raceAbort } from './race-abort.ts';
