/** A comparison in sentences. */
import { pText, type Comparison, type Difference } from '../../analysis/index.ts';
import { valueText } from '../trials/axis.ts';
import { titleOf } from '../trials/words.ts';

/** What is said around an amount, by the way the measure went: `[fell, grew]`, `%` standing for the amount. */
type Phrases = readonly [fell: string, grew: string];

/** Of faults; `#` stands for the fault. */
const ofFaults: Record<string, Phrases> = {
  outage: ['the outage after # is % shorter', 'the outage after # is % longer'],
  recovery: ['# heals % faster', '# heals % slower'],
  repair: ['what # broke is repaired % sooner', 'what # broke is repaired % later'],
  reaction: ['Kubernetes reacts to # % sooner', 'Kubernetes reacts to # % later'],
  lost: ['# costs % requests less', '# costs % requests more'],
};

/** Of the worst of several faults. */
const ofTheWorst: Record<string, Phrases> = {
  outage: ['the longest outage is % shorter', 'the longest outage is % longer'],
  recovery: ['the slowest recovery is % faster', 'the slowest recovery is % slower'],
  repair: ['the slowest repair is % faster', 'the slowest repair is % slower'],
  reaction: ['the slowest reaction is % faster', 'the slowest reaction is % slower'],
  lost: ['the costliest fault costs % requests less', 'the costliest fault costs % requests more'],
};

const plainly: Record<string, Phrases> = {
  availability: ['% less of the requests end ok', '% more of the requests end ok'],
  'hpa.firstScaleUp': ['the first scale-up comes % sooner', 'the first scale-up comes % later'],
};

/**
 * One difference in a sentence without its full stop: `node-loss heals 3.1 s [2.6 s, 3.8 s] faster`. Where chance may be the
 * reason it says so, and calls nothing a difference.
 */
export function differenceSentence(one: Difference): string {
  const { difference, judgement, problem, unit, p } = one;
  const title = titleOf(one);
  if (judgement === 'unknown' || difference === null) return `${title}: ${problem ?? 'not known'}`;
  if (judgement === 'same') return `${title}: the same in every run`;
  if (judgement === 'not shown') {
    return `${title}: no difference is shown (${signed(difference, unit)}${signedInterval(one)}, p ${p === null ? 'not known' : pText(p)})`;
  }
  const sentence = phraseOf(one)[difference < 0 ? 0 : 1].replace('%', () => amount(one));
  return judgement === 'single' ? `${sentence}, in single runs: this may be chance` : sentence;
}

function phraseOf({ name, unit }: Pick<Difference, 'name' | 'unit'>): Phrases {
  const found = plainly[name];
  if (found !== undefined) return found;
  const [family, ...parts] = name.split('.');
  const measure = parts.pop() ?? '';
  const which = parts.join('.');
  const phrases = { fault: ofFaults, faults: ofTheWorst }[family ?? '']?.[measure];
  if (phrases !== undefined) {
    const ofType = family === 'faults' && which !== '' ? ` (${which})` : '';
    const [fell, grew] = phrases.map((phrase) => phrase.replace('#', () => which) + ofType) as [
      string,
      string,
    ];
    return [fell, grew];
  }
  const title = titleOf({ name });
  if (unit === 'price') return [`${title}: % less`, `${title}: % more`];
  if (unit === 'ms') return [`${title}: % shorter`, `${title}: % longer`];
  return [`${title}: % ${unit === 'ratio' ? 'less' : 'fewer'}`, `${title}: % more`];
}

/** `3.1 s [2.6 s, 3.8 s]`, without sign: which way it went is in the words around it. */
function amount({ difference, interval, unit }: Difference): string {
  const size = unsigned(Math.abs(difference ?? 0), unit);
  if (interval === null) return size;
  const [low, high] = (difference ?? 0) < 0 ? [-interval.high, -interval.low] : [interval.low, interval.high];
  return `${size} [${signedUnlessBoth(low, high, unit)}]`;
}

function signedUnlessBoth(low: number, high: number, unit: Difference['unit']): string {
  return [low, high].map((value) => (value < 0 ? signed(value, unit) : unsigned(value, unit))).join(', ');
}

/** With its sign: `+120 ms`, `−0.4 pp`. */
export function signed(value: number, unit: Difference['unit']): string {
  const sign = value < 0 ? '−' : value > 0 ? '+' : '±';
  return `${sign}${unsigned(Math.abs(value), unit)}`;
}

/** ` [−0.5 s, +0.3 s]`, or nothing. */
export function signedInterval({ interval, unit }: Pick<Difference, 'interval' | 'unit'>): string {
  return interval === null ? '' : ` [${signed(interval.low, unit)}, ${signed(interval.high, unit)}]`;
}

/** Differences of shares are percentage points. */
function unsigned(value: number, unit: Difference['unit']): string {
  return unit === 'ratio' ? `${Number((value * 100).toPrecision(3))}\u00a0pp` : valueText(value, unit);
}

const weights: Difference['judgement'][] = [
  'worse',
  'better',
  'other',
  'single',
  'not shown',
  'unknown',
  'same',
];

/** What is worse first, then what is better, then the rest; among these the surest first. */
export function byWeight(differences: readonly Difference[]): Difference[] {
  const rank = ({ judgement, name }: Difference): number =>
    weights.indexOf(judgement) * 2 + (name.startsWith('fault') || name === 'availability' ? 0 : 1);
  return differences.toSorted((one, other) => rank(one) - rank(other) || (one.p ?? 1) - (other.p ?? 1));
}

const ofCustomers = /^(availability|requests\.failed|response\.p99|fault\.[^.]+\.outage)$/;
const ofCost = ['pods.seconds', 'cost.total'];

/**
 * Which side serves customers better, by how much, and what it takes: a few sentences, only of what chance does not explain.
 */
export function answerInWords({ differences }: Pick<Comparison, 'differences'>): string[] {
  const shown = ({ judgement }: Difference): boolean => ['better', 'worse', 'other'].includes(judgement);
  const customers = differences.filter(({ name }) => ofCustomers.test(name));
  if (customers.every(({ judgement }) => judgement === 'single' || judgement === 'unknown')) return [];
  const gains = customers.filter(({ judgement }) => judgement === 'better');
  const losses = customers.filter(({ judgement }) => judgement === 'worse');
  const list = (some: readonly Difference[]): string => some.map(differenceSentence).join('; ');
  const answer =
    gains.length === 0 && losses.length === 0
      ? 'No difference is shown in how customers are served.'
      : losses.length === 0
        ? `B serves customers better: ${list(gains)}.`
        : gains.length === 0
          ? `A serves customers better; in B ${list(losses)}.`
          : `B serves customers better in one way and worse in another. Better: ${list(gains)}. Worse: ${list(losses)}.`;
  const costs = differences.filter(({ name }) => ofCost.includes(name)).filter(shown);
  if (costs.length === 0) return [answer];
  const alike = gains.length + losses.length === 0;
  const cheaper = costs.every(({ difference }) => (difference ?? 0) < 0);
  const dearer = costs.every(({ difference }) => (difference ?? 0) > 0);
  const sum =
    alike && cheaper
      ? 'B does it for less: '
      : alike && dearer
        ? 'A does it for less. In B: '
        : 'What B takes: ';
  return [answer, `${sum}${list(costs)}.`];
}
