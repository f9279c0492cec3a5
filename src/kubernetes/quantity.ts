/** Kubernetes quantities (`500m`, `1.5Gi`, `2e3`): exact, and with the same rounding and text as Kubernetes. Pure. */
import { OpenbellError } from '../support/index.ts';

/** How a quantity is written: powers of ten with suffixes, powers of 1024 with suffixes, or `e3`. */
type Format = 'decimal' | 'binary' | 'exponent';

/** A parsed quantity: `mantissa × 10^scale`. */
export interface Quantity {
  readonly mantissa: bigint;
  readonly scale: number;
  readonly format: Format;
  /** What was written, where that counts as canonical. */
  readonly text: string | undefined;
  /** It fits Kubernetes' 64-bit form; otherwise its arbitrary-precision form, which rounds and overflows differently. */
  readonly isSmall: boolean;
}

const decimalSuffixes: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binarySuffixes: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const maxInt64 = 2n ** 63n - 1n;

/**
 * Parses a quantity.
 *
 * @throws {OpenbellError} `QUANTITY_INVALID`, in the words of Kubernetes' parser.
 */
export function parseQuantity(text: string): Quantity {
  if (text === '0') return { mantissa: 0n, scale: 0, format: 'decimal', text: '0', isSmall: true };
  const { negative, whole, fraction, suffix } = split(text);
  const { format, exponent } = interpret(suffix);
  return (
    small({ text, negative, whole, fraction, format, exponent }) ??
    big({ negative, digits: whole + fraction, places: fraction.length, format, exponent })
  );
}

/** The quantity as Kubernetes prints it: no loss, the largest suffix that leaves a whole number. */
export function canonical(quantity: Quantity): string {
  const { mantissa, scale, format, text } = quantity;
  if (mantissa === 0n) return '0';
  if (text !== undefined) return text;
  if (format === 'binary') {
    const whole = scale >= 0 ? mantissa * 10n ** BigInt(scale) : mantissa / 10n ** BigInt(-scale);
    const exact = scale >= 0 || whole * 10n ** BigInt(-scale) === mantissa;
    const large = whole >= 1024n || whole <= -1024n;
    if (exact && large) return withoutFactors(whole, 1024n, (exponent) => binarySuffix(exponent * 10));
  }
  const suffixOf = format === 'exponent' ? exponentSuffix : decimalSuffix;
  return withoutFactors(mantissa, 10n, suffixOf, scale);
}

/** The whole number, rounded up, as Kubernetes' 64-bit integer (which wraps where it overflows). */
export function valueOf(quantity: Quantity): bigint {
  return scaled(quantity, 0);
}

/** A thousand times the value, rounded up, as Kubernetes' 64-bit integer. */
export function milliValueOf(quantity: Quantity): bigint {
  return scaled(quantity, -3);
}

/** Thousandths, rounded up: `250m` → 250, `2` → 2000. For CPU. @throws {OpenbellError} `QUANTITY_INVALID`. */
export function milliOf(text: string): number {
  return Number(milliValueOf(parseQuantity(text)));
}

/** Units, rounded up: `1Ki` → 1024. For memory and counts. @throws {OpenbellError} `QUANTITY_INVALID`. */
export function unitsOf(text: string): number {
  return Number(valueOf(parseQuantity(text)));
}

/** Negative when `a` is less than `b`, 0 when they are equal, else positive. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const scale = Math.min(a.scale, b.scale);
  const difference =
    a.mantissa * 10n ** BigInt(a.scale - scale) - b.mantissa * 10n ** BigInt(b.scale - scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function problem(message: string): OpenbellError {
  return new OpenbellError(message, {
    code: 'QUANTITY_INVALID',
    hint: 'Write quantities as a number with one of the suffixes n u m k M G T P E Ki Mi Gi Ti Pi Ei, or an exponent as in 1e3.',
  });
}

interface Parts {
  negative: boolean;
  /** Without leading zeros, at least one digit. */
  whole: string;
  fraction: string;
  suffix: string;
}

function split(text: string): Parts {
  const match =
    /^(?<sign>[+-]?)0*(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (text === '' || match?.groups === undefined) {
    throw problem(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const { sign, whole, fraction, suffix } = match.groups;
  return { negative: sign === '-', whole: whole || '0', fraction: fraction ?? '', suffix: suffix ?? '' };
}

function interpret(suffix: string): { format: Format; exponent: number } {
  if (suffix in decimalSuffixes) return { format: 'decimal', exponent: decimalSuffixes[suffix] ?? 0 };
  if (suffix in binarySuffixes) return { format: 'binary', exponent: binarySuffixes[suffix] ?? 0 };
  const exponent = /^[eE]([+-]?\d{1,9})$/.exec(suffix)?.[1];
  if (exponent === undefined) throw problem("unable to parse quantity's suffix");
  return { format: 'exponent', exponent: Number(exponent) };
}

/**
 * The 64-bit form, where the digits surely fit. Binary suffixes qualify without a fraction only; a power of two of
 * n bits takes about 0.3 n digits.
 */
function small(parts: {
  text: string;
  negative: boolean;
  whole: string;
  fraction: string;
  format: Format;
  exponent: number;
}): Quantity | undefined {
  const { text, negative, whole, fraction, format, exponent } = parts;
  const isBinary = format === 'binary';
  const spareDigits = isBinary
    ? 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
    : 18 - whole.length - fraction.length;
  const scale = (isBinary ? 0 : exponent) - fraction.length;
  if (spareDigits < 0 || (isBinary && fraction !== '') || scale < -9) return undefined;
  const digits = whole + fraction;
  const value = BigInt(digits);
  const isCanonical = isBinary
    ? exponent % 10 === 0 && (value & 7n) !== 0n
    : scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
  const magnitude = isBinary ? value << BigInt(exponent) : value;
  return {
    mantissa: negative ? -magnitude : magnitude,
    scale,
    format,
    text: isCanonical ? text : undefined,
    isSmall: true,
  };
}

/** The arbitrary-precision form: rounded away from zero to 10⁻⁹; binary ones are capped at 2⁶³ − 1. */
function big(parts: {
  negative: boolean;
  digits: string;
  places: number;
  format: Format;
  exponent: number;
}): Quantity {
  const { negative, digits, places, format, exponent } = parts;
  const isBinary = format === 'binary';
  const factor = isBinary ? 1n << BigInt(exponent) : 1n;
  let magnitude = rounded(BigInt(digits) * factor, (isBinary ? 0 : exponent) - places, -9);
  if (isBinary && magnitude > maxInt64 * 10n ** 9n) magnitude = maxInt64 * 10n ** 9n;
  const isFraction = magnitude > 0n && magnitude < 10n ** 9n;
  return {
    mantissa: negative ? -magnitude : magnitude,
    scale: -9,
    format: isBinary && isFraction ? 'decimal' : format,
    text: undefined,
    isSmall: false,
  };
}

/** `magnitude × 10^scale` as a multiple of `10^toScale`, rounded away from zero. */
function rounded(magnitude: bigint, scale: number, toScale: number): bigint {
  if (scale >= toScale) return magnitude * 10n ** BigInt(scale - toScale);
  const divisor = 10n ** BigInt(toScale - scale);
  return (magnitude + divisor - 1n) / divisor;
}

function scaled({ mantissa, scale, isSmall }: Quantity, toScale: number): bigint {
  if (scale >= toScale) {
    const result = mantissa * 10n ** BigInt(scale - toScale);
    // Kubernetes answers 0 where the 64-bit form overflows, and the low bits where the other does.
    if (isSmall) return result > maxInt64 || result < -maxInt64 - 1n ? 0n : result;
    return BigInt.asIntN(64, result);
  }
  const divisor = 10n ** BigInt(toScale - scale);
  const [quotient, remainder] = [mantissa / divisor, mantissa % divisor];
  if (remainder === 0n) return BigInt.asIntN(64, quotient);
  // The 64-bit form rounds away from zero, the other one up from the truncated quotient.
  return BigInt.asIntN(64, quotient + (isSmall && mantissa < 0n ? -1n : 1n));
}

/** `number` with its factors of `base` moved into the suffix; decimal exponents are made multiples of three. */
function withoutFactors(
  number: bigint,
  base: bigint,
  suffixOf: (exponent: number) => string,
  startExponent = 0,
): string {
  let left = number;
  let exponent = startExponent;
  while (left !== 0n && left % base === 0n) {
    left /= base;
    exponent += 1;
  }
  if (base === 10n) {
    const excess = ((exponent % 3) + 3) % 3;
    left *= 10n ** BigInt(excess);
    exponent -= excess;
  }
  return `${left}${suffixOf(exponent)}`;
}

function decimalSuffix(exponent: number): string {
  return Object.entries(decimalSuffixes).find(([, power]) => power === exponent)?.[0] ?? '';
}

function binarySuffix(bits: number): string {
  return Object.entries(binarySuffixes).find(([, power]) => power === bits)?.[0] ?? '';
}

function exponentSuffix(exponent: number): string {
  return exponent === 0 ? '' : `e${exponent}`;
}
