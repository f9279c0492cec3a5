import { exitCodes, formatPlural, type ExitCode } from '../../support/index.ts';
import { usedOf, type TrialSet } from '../trials/index.ts';
import {
  adjusted,
  differenceOf,
  judgeAll,
  sharedMeasures,
  type Difference,
  type Judgement,
} from './difference.ts';
import { judgeGate, type Gate, type GateResult } from './gates.ts';
import type { CombinedLanes } from './lanes.ts';

/** One of the two things compared: a run, or a set of trials. */
export interface Side {
  /** What it is called: `A` or `B` come with it wherever that is short. */
  label: string;
  set: TrialSet;
  lanes: CombinedLanes;
  /** What might explain a difference besides the scenario, by name: versions, machine, timings, load. */
  circumstances: Record<string, string>;
}

/** What the comparison comes to. */
export interface Comparison {
  a: Side;
  b: Side;
  /** Runs of each side that are used. */
  counted: { a: number; b: number };
  /** Sides whose runs cannot be trusted. */
  untrusted: ('A' | 'B')[];
  differences: Difference[];
  gates: GateResult[];
  /** Circumstances that are not the same: `[what, in A, in B]`. */
  unlike: [string, string, string][];
  verdict: 'passed' | 'failed' | 'untrusted';
  verdictSentence: string;
  exitCode: ExitCode;
}

/** Compares B with A, measure by measure. Pure. */
export function compare(a: Side, b: Side, gates: readonly Gate[]): Comparison {
  const found = sharedMeasures(a.set.faults, b.set.faults).map((measure) =>
    differenceOf(measure, a.set, b.set),
  );
  // Where neither side states a price there is nothing to say of costs.
  const differences = judgeAll(
    found.filter((one) => one.a !== null || one.b !== null || !one.name.startsWith('cost.')),
  );
  const gateDifferences = adjusted(gates.map(({ measure }) => differenceOf(measure, a.set, b.set)));
  const results = gates.map((gate, index) => judgeGate(gate, gateDifferences[index] as Difference));
  const counted = { a: countIn(a), b: countIn(b) };
  const untrusted = (['A', 'B'] as const).filter(
    (letter) => !usedOf((letter === 'A' ? a : b).set.trials).trusted,
  );
  const names = new Set([...Object.keys(a.circumstances), ...Object.keys(b.circumstances)]);
  const unlike = [...names].flatMap((name): [string, string, string][] => {
    const [inA, inB] = [a.circumstances[name] ?? 'not known', b.circumstances[name] ?? 'not known'];
    return inA === inB ? [] : [[name, inA, inB]];
  });
  return {
    a,
    b,
    counted,
    untrusted,
    differences,
    gates: results,
    unlike,
    ...judge(results, { counted, untrusted }, differences),
  };
}

function countIn({ set }: Side): number {
  return usedOf(set.trials).used.length;
}

function judge(
  gates: readonly GateResult[],
  { counted, untrusted }: Pick<Comparison, 'counted' | 'untrusted'>,
  differences: readonly Difference[],
): Pick<Comparison, 'verdict' | 'verdictSentence' | 'exitCode'> {
  const against = `${formatPlural(counted.b, 'run')} of B against ${formatPlural(counted.a, 'run')} of A`;
  if (Math.min(counted.a, counted.b) === 0) {
    return {
      verdict: 'untrusted',
      exitCode: exitCodes.generatorCouldNotKeepUp,
      verdictSentence: `There is nothing to compare: ${against} came to their end.`,
    };
  }
  const count = (judgement: Judgement): number =>
    differences.filter((one) => one.judgement === judgement).length;
  const found = foundInWords(count);
  if (untrusted.length > 0) {
    return {
      verdict: 'untrusted',
      exitCode: exitCodes.generatorCouldNotKeepUp,
      verdictSentence: `The figures of ${untrusted.join(' and ')} cannot be trusted, and so nothing that follows from them. In ${against}: ${found}.`,
    };
  }
  const failed = gates.filter(({ held }) => !held);
  if (failed.length > 0) {
    return {
      verdict: 'failed',
      exitCode: exitCodes.expectationFailed,
      verdictSentence: `B is worse than allowed: ${failed.map(({ rule, reason }) => `${rule} (${reason})`).join('; ')}. In ${against}: ${found}.`,
    };
  }
  const held =
    gates.length === 0 ? '' : `No limit was exceeded (${gates.map(({ rule }) => rule).join(', ')}). `;
  return { verdict: 'passed', exitCode: exitCodes.ok, verdictSentence: `${held}In ${against}: ${found}.` };
}

function foundInWords(count: (judgement: Judgement) => number): string {
  if (count('single') > 0) return 'with one run on a side no difference can be told from chance';
  const told = count('better') + count('worse') + count('other') + count('not shown');
  if (told === 0) return 'every measure that both have is the same';
  return `${formatPlural(count('better'), 'measure')} better, ${count('worse')} worse, ${count('other')} otherwise different; of ${count('not shown')} no difference is shown`;
}
