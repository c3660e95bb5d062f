import { type Measured, notDefined } from '../../lib/statistics/measured.js';
import { numbers, real, type ScoreTable } from './score-table.js';

/** So many rows are fetched and sorted; where there are more, their bin is cut again. */
const largestSorted = 200_000;
const cuts = 4096;
/** A float32 has 32 bits: 4096 cuts a time part any two of them in a few rounds. */
const mostRounds = 16;

/**
 * Quantiles of a quantity weighted with abs(w) (decisions.md 5), exact and out of core: the range is cut into bins,
 * the bin that holds the quantile is cut again, and what is left is sorted. The quantile of level q is the least value
 * with a cumulated share of at least q.
 * @throws report_query_failed
 */
export async function weightedQuantiles(
  table: ScoreTable,
  column: string,
  where: string,
  levels: readonly number[],
): Promise<Measured[]> {
  const expression = `(${column})::double`;
  const answer = await table.query(
    `select min(${expression}) as low, max(${expression}) as high, sum(abs(w))::double as total,
     count(*)::double as n from rows where (${where}) and ${expression} is not null`,
  );
  const [low, high, total, rows] = ['low', 'high', 'total', 'n'].map((name) => numbers(answer, name)[0]!) as [
    number,
    number,
    number,
    number,
  ];
  if (rows === 0 || !(total > 0)) return levels.map(() => notDefined('no background event has a weight'));
  const found: Measured[] = [];
  for (const level of levels) {
    found.push(await quantile(table, expression, where, { low, high, rows, wanted: level * total }));
  }
  return found;
}

interface Search {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Sum of weights that the value and those below it must reach, within [low, high]. */
  readonly wanted: number;
}

async function quantile(
  table: ScoreTable,
  expression: string,
  where: string,
  start: Search,
): Promise<Measured> {
  let { low, high, rows, wanted } = start;
  for (let round = 0; rows > largestSorted && high > low && round < mostRounds; round++) {
    const width = (high - low) / cuts;
    if (!(width > 0) || low + width === low) break;
    const bin = `least(floor((${expression} - ${real(low)}) / ${real(width)}), ${cuts - 1})`;
    const answer = await table.query(
      `select ${bin}::integer as bin, sum(abs(w))::double as w, count(*)::double as n,
       min(${expression}) as low, max(${expression}) as high
       from rows where (${where}) and ${expression} between ${real(low)} and ${real(high)} group by all order by bin`,
    );
    const weights = numbers(answer, 'w');
    let at = 0;
    while (at < weights.length - 1 && weights[at]! < wanted) {
      wanted -= weights[at]!;
      at++;
    }
    low = numbers(answer, 'low')[at]!;
    high = numbers(answer, 'high')[at]!;
    rows = numbers(answer, 'n')[at]!;
  }
  if (low === high) return { value: low };
  const answer = await table.query(
    `select ${expression} as x, sum(abs(w))::double as w from rows
     where (${where}) and ${expression} between ${real(low)} and ${real(high)} group by all order by x`,
  );
  const values = numbers(answer, 'x');
  const weights = numbers(answer, 'w');
  for (let row = 0; row < values.length - 1; row++) {
    wanted -= weights[row]!;
    if (wanted <= 0) return { value: values[row]! };
  }
  return { value: values[values.length - 1]! };
}
