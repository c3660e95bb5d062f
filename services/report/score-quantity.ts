import { type Config, isPositiveScore } from '../../lib/config/index.js';
import { type RegularAxis, regularAxis } from '../../lib/statistics/histogram-axis.js';
import { scoreExpression } from './binned.js';
import { numbers, type ScoreTable } from './score-table.js';

/** A score column as it is drawn. */
export interface ScoreQuantity {
  readonly column: string;
  readonly isLogarithmic: boolean;
  readonly label: string;
  /** SQL over the columns of `rows`. */
  readonly expression: string;
  readonly axis: RegularAxis;
}

const bins = 60;

/** Score columns with axes over all their values, found in one pass. Those with one value only are left out. */
export async function scoreQuantities(
  table: ScoreTable,
  config: Pick<Config, 'scores'>,
  columns: readonly string[],
): Promise<ScoreQuantity[]> {
  const made = columns.map((column) => {
    const isLogarithmic = isPositiveScore(config, column);
    const value = `${scoreExpression(column)}::double`;
    return {
      column,
      isLogarithmic,
      label: isLogarithmic ? `log10(${column})` : column,
      // DuckDB refuses the logarithm of 0, which is below every bin.
      expression: isLogarithmic ? `case when ${value} > 0 then log10(${value}) else -1000 end` : value,
      extent: isLogarithmic ? `case when ${value} > 0 then log10(${value}) end` : value,
    };
  });
  const extents = made.flatMap(({ extent }, i) => [
    `min(${extent}) as low${i}`,
    `max(${extent}) as high${i}`,
  ]);
  const answer = await table.query(`select ${extents.join(', ')} from rows`);
  return made.flatMap(({ extent: _, ...quantity }, i) => {
    const low = numbers(answer, `low${i}`)[0]!;
    const high = numbers(answer, `high${i}`)[0]!;
    return high > low ? [{ ...quantity, axis: roundAxis(low, high) }] : [];
  });
}

/** Bins of a round width that hold the largest value too. */
function roundAxis(low: number, high: number): RegularAxis {
  const rough = (high - low) / bins;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  const first = Math.floor(low / width);
  const last = Math.floor(high / width) + 1;
  return regularAxis(first * width, last * width, last - first);
}
