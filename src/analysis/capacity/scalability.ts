/** Throughput under a closed loop: where its knee lies, and what the universal scalability law makes of it. */

/** What so many users, who act again as soon as they are answered, got done. */
export interface LoadPoint {
  /** Users at once, or pods. */
  n: number;
  /** Requests answered well, per second. */
  throughput: number;
}

/** The universal scalability law, X(n) = λ·n ÷ (1 + σ·(n − 1) + κ·n·(n − 1)) (Gunther 1993). */
export interface ScalabilityFit {
  /** λ: throughput of one, per second. */
  lambda: number;
  /** σ: share that is serialized (contention), 0 to 1. */
  sigma: number;
  /** κ: cost of keeping each other informed (coherence); above 0 throughput falls in the end. */
  kappa: number;
  /** Where throughput is highest, and how high; null where the fit has no highest point (κ = 0). */
  peak: { n: number; throughput: number } | null;
  /** Share of the points' variance that the fit explains. */
  r2: number;
}

/**
 * The knee of the curve: where X² ÷ n is highest. By Little's law n ÷ X is the time in the system, so this is Kleinrock's power,
 * throughput ÷ response time: up to here more users bring more than they wait longer. Null without points.
 */
export function kneeOf(points: readonly LoadPoint[]): LoadPoint | null {
  const power = ({ n, throughput }: LoadPoint): number => throughput ** 2 / n;
  return points.reduce<LoadPoint | null>(
    (best, point) => (best === null || power(point) > power(best) ? point : best),
    null,
  );
}

/**
 * Fits the law by least squares. Written as n ÷ X = a + b·(n − 1) + c·n·(n − 1) it is linear in a = 1 ÷ λ, b = σ ÷ λ and
 * c = κ ÷ λ; weights of (X ÷ n)² make the errors relative ones. Negative contention or coherence is no law of
 * anything: it is set to 0 and the rest fitted anew. Null with fewer than three different n.
 */
export function fitScalability(points: readonly LoadPoint[]): ScalabilityFit | null {
  const usable = points.filter(({ n, throughput }) => n >= 1 && throughput > 0);
  if (new Set(usable.map(({ n }) => n)).size < 3) return null;
  const columns: ((n: number) => number)[] = [() => 1, (n) => n - 1, (n) => n * (n - 1)];
  const fitted = [[0, 1, 2], [0, 1], [0, 2], [0]]
    .map((used) => solve(usable, used, columns))
    .find((solution) => solution !== null && solution.every((value) => value >= 0) && (solution[0] ?? 0) > 0);
  if (fitted === undefined || fitted === null) return null;
  const [a = 1, b = 0, c = 0] = fitted;
  const fit = { lambda: 1 / a, sigma: b / a, kappa: c / a };
  return { ...fit, peak: peakOf(fit), r2: explained(usable, fit) };
}

/** What the law gives for n. */
export function throughputAt(
  { lambda, sigma, kappa }: Pick<ScalabilityFit, 'lambda' | 'sigma' | 'kappa'>,
  n: number,
): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

function peakOf(fit: Pick<ScalabilityFit, 'lambda' | 'sigma' | 'kappa'>): ScalabilityFit['peak'] {
  const { sigma, kappa } = fit;
  if (kappa < 1e-9 || sigma >= 1) return null;
  const n = Math.sqrt((1 - sigma) / kappa);
  return n < 1 ? { n: 1, throughput: throughputAt(fit, 1) } : { n, throughput: throughputAt(fit, n) };
}

function explained(points: readonly LoadPoint[], fit: Parameters<typeof throughputAt>[0]): number {
  const mean = points.reduce((sum, { throughput }) => sum + throughput, 0) / points.length;
  const total = points.reduce((sum, { throughput }) => sum + (throughput - mean) ** 2, 0);
  const left = points.reduce((sum, { n, throughput }) => sum + (throughput - throughputAt(fit, n)) ** 2, 0);
  return total === 0 ? 1 : 1 - left / total;
}

/** Weighted least squares over the columns that are used; the others are 0. Null where they are not independent. */
function solve(
  points: readonly LoadPoint[],
  used: readonly number[],
  columns: readonly ((n: number) => number)[],
): number[] | null {
  const rows = points.map(({ n, throughput }) => {
    const weight = throughput / n;
    return { x: used.map((column) => (columns[column]?.(n) ?? 0) * weight), y: 1 };
  });
  const matrix = used.map((_, i) => [
    ...used.map((_, j) => rows.reduce((sum, { x }) => sum + (x[i] ?? 0) * (x[j] ?? 0), 0)),
    rows.reduce((sum, { x, y }) => sum + (x[i] ?? 0) * y, 0),
  ]);
  const solution = eliminate(matrix);
  return solution === null ? null : columns.map((_, column) => solution[used.indexOf(column)] ?? 0);
}

/** Gaussian elimination with pivoting of a matrix with its right side as last column. */
function eliminate(matrix: number[][]): number[] | null {
  const size = matrix.length;
  const at = (row: number, column: number): number => matrix[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++)
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    const [chosen, other] = [matrix[best], matrix[pivot]];
    if (chosen === undefined || other === undefined || Math.abs(chosen[pivot] ?? 0) < 1e-12) return null;
    matrix[pivot] = chosen;
    matrix[best] = other;
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      matrix[row] = (matrix[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  }
  return matrix.map((_, row) => at(row, size) / at(row, row));
}
