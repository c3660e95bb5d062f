import type { SummedScores } from '../../lib/statistics/area-error.js';
import { isDefined } from '../../lib/statistics/measured.js';
import { type TailResult, tailCurve } from '../../lib/statistics/tail-curve.js';
import { placeSql } from './binned.js';
import { numbers, type ScoreTable, texts } from './score-table.js';

/** With more rows of simulation than so many, scores are counted in bins. */
export const mostExactRows = 200_000;
const bins = 32_768;
/** Decades below the largest value that bins of the logarithm reach down to. */
const decades = 12;

/** One side of a ROC curve. */
export interface Side {
  readonly curve: TailResult;
  /** By distinct score, falling. */
  readonly summed: SummedScores;
}

/** A score of the background, of each signal and of all signals together. */
export interface ScoreCurves {
  readonly background: Side;
  readonly signals: ReadonlyMap<string, Side>;
  readonly together: Side;
  /** False where scores were counted in bins, in which they count as equal. */
  readonly isExact: boolean;
}

interface Column {
  readonly scores: number[];
  readonly sums: number[];
  readonly squares: number[];
}

/**
 * Curves of a score from one pass over the score files: by distinct score where there are few rows, else by fine bins
 * of its logarithm, or of itself where it is not positive by nature.
 * @param expression SQL over the columns of `rows`
 * @throws report_query_failed
 */
export async function scoreCurves(
  table: ScoreTable,
  expression: string,
  exactRows = mostExactRows,
): Promise<ScoreCurves> {
  const range = await table.query(
    `select count(*)::double as n, min(${expression})::double as low, max(${expression})::double as high
     from rows where kind <> 'data'`,
  );
  const [rows, low, high] = ['n', 'low', 'high'].map((name) => numbers(range, name)[0]!) as [
    number,
    number,
    number,
  ];
  const isExact = rows <= exactRows || !(high > low);
  const value = isExact ? `(${expression})::double` : `${binSql(expression, low, high)}::double`;
  const answer = await table.query(
    `select kind, case kind when 'background' then '' else sample end as part, ${value} as x,
     sum(w)::double as w, sum(w * w)::double as w2
     from rows where kind <> 'data' group by all order by x desc`,
  );
  const [x, w, w2] = ['x', 'w', 'w2'].map((name) => numbers(answer, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const kinds = texts(answer, 'kind');
  const background = emptyColumn();
  const together = emptyColumn();
  const signals = new Map<string, Column>();
  texts(answer, 'part').forEach((sample, row) => {
    const of = [x[row]!, w[row]!, w2[row]!] as const;
    if (kinds[row] === 'background') {
      add(background, ...of);
      return;
    }
    let signal = signals.get(sample);
    if (signal === undefined) {
      signal = emptyColumn();
      signals.set(sample, signal);
    }
    add(signal, ...of);
    add(together, ...of);
  });
  return {
    background: side(background),
    signals: new Map([...signals].map(([name, column]) => [name, side(column)])),
    together: side(together),
    isExact,
  };
}

/** The number of a fine bin, which takes the place of the score: curves ask for nothing but the order. */
function binSql(expression: string, low: number, high: number): string {
  if (low < 0) return placeSql(expression, { low, high, count: bins });
  const top = Math.log10(high);
  const bottom = Math.max(top - decades, low > 0 ? Math.log10(low) : Number.NEGATIVE_INFINITY);
  return placeSql(expression, { low: bottom, high: top, count: bins, scale: 'log10' });
}

function emptyColumn(): Column {
  return { scores: [], sums: [], squares: [] };
}

/** Rows come by falling score; equal ones of several signals become one. */
function add({ scores, sums, squares }: Column, score: number, sum: number, square: number): void {
  const last = scores.length - 1;
  if (last >= 0 && scores[last] === score) {
    sums[last]! += sum;
    squares[last]! += square;
    return;
  }
  scores.push(score);
  sums.push(sum);
  squares.push(square);
}

function side({ scores, sums, squares }: Column): Side {
  const summed = {
    scores: Float32Array.from(scores),
    sums: Float64Array.from(sums),
    squares: Float64Array.from(squares),
  };
  return { curve: tailCurve(summed.scores, summed.sums), summed };
}

/**
 * By how much an area may be wrong since scores of one bin count as equal: half the sum over bins of the product of
 * both shares. 0 where it is exact.
 */
export function binningError({ background, isExact }: ScoreCurves, signal: Side): number {
  if (isExact || !isDefined(signal.curve) || !isDefined(background.curve)) return 0;
  const [above, below] = [signal.curve.total, background.curve.total];
  let sum = 0;
  let at = 0;
  const { scores, sums } = background.summed;
  signal.summed.scores.forEach((score, i) => {
    while (at < scores.length && scores[at]! > score) at++;
    if (at < scores.length && scores[at] === score)
      sum += Math.abs(signal.summed.sums[i]! / above) * Math.abs(sums[at]! / below);
  });
  return sum / 2;
}
