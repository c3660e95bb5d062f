/** A straight line through values over time. */
export interface Trend {
  /** Units of the values a unit of time. */
  readonly slope: number;
  /** Value at time 0. */
  readonly intercept: number;
}

/**
 * The line of Theil and Sen (Sen, J. Am. Stat. Assoc. 63 (1968) 1379): its slope is the median of the slopes of all pairs of
 * different times, its intercept the median of the values less slope times the median of the times. Up to 29 % of wild
 * values do not move it. Takes n^2 / 2 numbers of memory.
 * @returns undefined with fewer than two different times
 */
export function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  const slopes: number[] = [];
  for (let late = 1; late < times.length; late += 1)
    for (let early = 0; early < late; early += 1) {
      const apart = times[late]! - times[early]!;
      if (apart !== 0) slopes.push((values[late]! - values[early]!) / apart);
    }
  if (slopes.length === 0) return undefined;
  const slope = middleOf(Float64Array.from(slopes));
  const intercept = middleOf(Float64Array.from(values)) - slope * middleOf(Float64Array.from(times));
  return { slope, intercept };
}

/** Median; sorts in place. */
function middleOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
