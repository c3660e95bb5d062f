import { named, real } from './score-table.js';

/** Bins of equal width over [low, high); `scale: log10` cuts log10 of the value. */
export interface Bins {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly scale?: 'linear' | 'log10';
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

/** A score's column as SQL, for the name in the configuration. */
export function scoreExpression(score: string): string {
  return named(score);
}
