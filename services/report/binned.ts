import { named, numbers, real, type ScoreTable, texts } from './score-table.js';

/** Bins of equal width over [low, high); `scale: log10` cuts log10 of the value. */
export interface Bins {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly scale?: 'linear' | 'log10';
}

/** Weighted counts in bins: index 0 is below the range, index count + 1 above it. */
export interface Binned {
  /** Sums of weights. */
  readonly values: Float64Array;
  /** Sums of squared weights. */
  readonly variances: Float64Array;
  readonly events: Float64Array;
}

/** Edges of the bins in the value itself, count + 1 of them. */
export function edgesOf({ low, high, count, scale }: Bins): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, i) => {
    const edge = i === count ? high : low + ((high - low) * i) / count;
    return scale === 'log10' ? 10 ** edge : edge;
  });
}

/**
 * Histograms of a quantity by sample, in one pass over the score files. Rows where it is absent (mlll of two leptons)
 * are in none.
 * @param expression SQL over the columns of `rows`
 * @param where SQL condition on rows
 */
export async function binned(
  table: ScoreTable,
  expression: string,
  bins: Bins,
  where = 'true',
): Promise<Map<string, Binned>> {
  const answer = await table.query(
    `select sample, (${placeSql(expression, bins)})::integer as bin, sum(w)::double as w, sum(w * w)::double as w2, count(*)::double as n
     from rows where (${expression}) is not null and (${where}) group by all order by all`,
  );
  const found = new Map<string, Binned>();
  const [bin_, w, w2, n] = ['bin', 'w', 'w2', 'n'].map((name) => numbers(answer, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  texts(answer, 'sample').forEach((sample, row) => {
    let made = found.get(sample);
    if (made === undefined) {
      made = emptyBinned(bins.count);
      found.set(sample, made);
    }
    const at = bin_[row]!;
    made.values[at]! += w[row]!;
    made.variances[at]! += w2[row]!;
    made.events[at]! += n[row]!;
  });
  return found;
}

/**
 * SQL for the number of a quantity's bin: 0 below the range, count + 1 above it, null where it is absent. In double: a
 * float32 of the files divided by a bin's width would be rounded to float32, over an edge.
 */
export function placeSql(expression: string, { low, high, count, scale }: Bins): string {
  const exact = `(${expression})::double`;
  const value = scale === 'log10' ? `log10(${exact})` : exact;
  const width = (high - low) / count;
  const bin = `case when ${value} < ${real(low)} then 0 when ${value} >= ${real(high)} then ${count + 1}
    when ${value} is not null then least(floor((${value} - ${real(low)}) / ${real(width)}), ${count - 1}) + 1 end`;
  // A value of zero has no logarithm and is below every bin.
  return scale === 'log10' ? `case when ${exact} <= 0 then 0 else ${bin} end` : bin;
}

export function emptyBinned(count: number): Binned {
  return {
    values: new Float64Array(count + 2),
    variances: new Float64Array(count + 2),
    events: new Float64Array(count + 2),
  };
}

/** The sum of some histograms, `scale` times. */
export function summed(parts: Iterable<Binned>, count: number, scale = 1): Binned {
  const sum = emptyBinned(count);
  for (const part of parts) {
    for (let i = 0; i < count + 2; i++) {
      sum.values[i]! += part.values[i]! * scale;
      sum.variances[i]! += part.variances[i]! * scale * scale;
      sum.events[i]! += part.events[i]!;
    }
  }
  return sum;
}

/** A score's column as SQL, for the name in the configuration. */
export function scoreExpression(score: string): string {
  return named(score);
}
