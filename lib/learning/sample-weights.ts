import { RmmError } from '../base/error.js';

/**
 * How an event's weight enters the loss: its absolute value, not at all, clipped at 0, or its absolute value times a
 * factor that gives every channel the same total.
 */
export type SampleWeights = 'abs' | 'none' | 'clip' | 'balanced';

/** Sum of the sample weights of one channel's rows, before any factor. */
export interface ChannelSum {
  readonly channel: number;
  readonly rows: number;
  readonly weight: number;
}

/** The weights of one megaset or of the validation part: everything that turns an event's weight into that of its row. */
export interface Weighing {
  readonly mode: SampleWeights;
  readonly scale: number;
  /** Of balanced, by channel. */
  readonly factors?: ReadonlyMap<number, number>;
}

/** An event's weight before scale and factor. */
export function sampleWeight(weight: number, mode: SampleWeights): number {
  if (mode === 'none') return 1;
  if (mode === 'clip') return weight > 0 ? weight : 0;
  return Math.abs(weight);
}

/** Sum of the sample weights of a bucket, in row order. */
export function sumSampleWeights(weights: Float64Array | Float32Array, mode: SampleWeights): number {
  let sum = 0;
  for (let row = 0; row < weights.length; row++) sum += sampleWeight(weights[row]!, mode);
  return sum;
}

/** The same by channel, added to the sums so far; ascending in channel. */
export function sumByChannel(
  weights: Float64Array | Float32Array,
  channels: Int32Array,
  mode: SampleWeights,
  before: readonly ChannelSum[] = [],
): ChannelSum[] {
  const rows = new Map(before.map((sum) => [sum.channel, sum.rows]));
  const totals = new Map(before.map((sum) => [sum.channel, sum.weight]));
  for (let row = 0; row < weights.length; row++) {
    const channel = channels[row]!;
    rows.set(channel, (rows.get(channel) ?? 0) + 1);
    totals.set(channel, (totals.get(channel) ?? 0) + sampleWeight(weights[row]!, mode));
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([channel, count]) => ({ channel, rows: count, weight: totals.get(channel)! }));
}

/**
 * Sample weights with mean 1 over `rows` rows. For balanced every channel that has a weight gets the same total,
 * rows / number of them.
 * @param channels of these rows; read for balanced only
 * @throws RmmError `training_rows_unusable` where there are no rows or all weights are 0
 */
export function weighing(
  mode: SampleWeights,
  rows: number,
  weightSum: number,
  channels: readonly ChannelSum[],
  what: string,
): Weighing {
  const scale = weightScale(rows, weightSum, what);
  if (mode !== 'balanced') return { mode, scale };
  const weighted = channels.filter(({ weight }) => weight > 0);
  const share = rows / weighted.length;
  return {
    mode,
    scale: 1,
    factors: new Map(weighted.map(({ channel, weight }) => [channel, share / weight])),
  };
}

/** What sample weights are multiplied with to have mean 1 over `rows` rows. @throws RmmError `training_rows_unusable` */
export function weightScale(rows: number, weightSum: number, what: string): number {
  if (rows > 0 && weightSum > 0 && Number.isFinite(weightSum)) return rows / weightSum;
  throw new RmmError(
    'training_rows_unusable',
    `${what} has ${rows} rows and a sum of sample weights of ${weightSum}; expected at least one row and a positive sum`,
    { context: { rows, weight_sum: weightSum } },
  );
}
