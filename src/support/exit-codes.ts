/** What the process's exit code means; an interface for scripts and CI (design: "Exit codes"). */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  expectationFailed: 99,
  scenarioInvalid: 104,
  interrupted: 105,
  clusterNotProvided: 106,
  faultDidNotLand: 107,
  generatorCouldNotKeepUp: 108,
} as const;

/** One of the codes in {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
