import { trendOf } from '../../../lib/statistics/trend.js';

/** One quantity of one process over time. */
export interface Series {
  readonly process: string;
  readonly quantity: string;
  /** What a growth may be at least without counting as one, in the quantity's unit: what a quiet process shows too. */
  readonly slack: number;
  readonly seconds: number[];
  readonly values: number[];
}

export interface Flatness {
  readonly process: string;
  readonly quantity: string;
  readonly samples: number;
  readonly median: number;
  readonly largest: number;
  /** Growth along the line from the end of the warm-up to the end. */
  readonly growth: number;
  readonly growthPerHour: number;
  readonly allowed: number;
  readonly isFlat: boolean;
}

/** A growth up to this share of the median is none. */
export const allowedShare = 0.05;

/**
 * Whether a quantity is flat after the warm-up: along the line of Theil and Sen through its samples it grows by at most
 * 5 % of their median, or by its slack, whichever is more. (It may fall.)
 * @returns undefined with fewer than ten samples after the warm-up
 */
export function flatnessOf(series: Series, warmUpSeconds: number): Flatness | undefined {
  const from = series.seconds.findIndex((seconds) => seconds >= warmUpSeconds);
  if (from < 0 || series.seconds.length - from < 10) return undefined;
  const seconds = series.seconds.slice(from);
  const values = series.values.slice(from);
  const trend = trendOf(seconds, values);
  if (trend === undefined) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  const growth = trend.slope * (seconds.at(-1)! - seconds[0]!);
  const allowed = Math.max(allowedShare * median, series.slack);
  return {
    process: series.process,
    quantity: series.quantity,
    samples: values.length,
    median,
    largest: sorted.at(-1)!,
    growth,
    growthPerHour: trend.slope * 3600,
    allowed,
    isFlat: growth <= allowed,
  };
}
