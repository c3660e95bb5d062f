import { invariant } from '../../base/error.js';
import { notDefined } from '../measured.js';

/** The histogram of a mass, without underflow and overflow. */
export interface Spectrum {
  /** GeV, rising, one more than counts. */
  readonly edges: ArrayLike<number>;
  /** Events of data, or expected events (sums of weights). */
  readonly counts: ArrayLike<number>;
  /**
   * Sums of squared weights; with them the counts are expected ones, known as well as the sample is large (equal to
   * the counts, they make the spectrum an Asimov one). Without: counts of data.
   */
  readonly variances?: ArrayLike<number>;
}

/** What a fit and a scan read: the bins of a spectrum in a range. */
export interface Bins {
  readonly edges: Float64Array;
  /** Never negative. */
  readonly counts: Float64Array;
  /** Variance over mean of each bin's count: 1 for data, the mean weight of expected events. */
  readonly scales: Float64Array;
  /** Bins whose sum of weights is negative, taken as 0. */
  readonly negative: number;
  /** Number of the first bin in the spectrum. */
  readonly first: number;
}

/** Edges in equal ratios, as a resolution that grows with the mass asks for. GeV. */
export function massEdges(from: number, to: number, bins: number): Float64Array {
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => from * (to / from) ** (i / bins));
  edges[bins] = to;
  return edges;
}

/** The bins that lie inside [from, to] as a whole. */
export function binsInside(
  spectrum: Spectrum,
  from: number,
  to: number,
): Bins | { readonly notDefined: string } {
  const { edges, counts, variances } = spectrum;
  invariant(
    edges.length === counts.length + 1 && (variances === undefined || variances.length === counts.length),
    `a spectrum of ${edges.length} edges, ${counts.length} counts and ${variances?.length} variances`,
  );
  let first = 0;
  while (first < counts.length && edges[first]! < from) first++;
  let end = counts.length;
  while (end > first && edges[end]! > to) end--;
  const bins = end - first;
  const own: Bins = {
    edges: Float64Array.from({ length: bins + 1 }, (_, i) => edges[first + i]!),
    counts: new Float64Array(bins),
    scales: new Float64Array(bins).fill(1),
    negative: 0,
    first,
  };
  if (bins === 0) return notDefined(`the spectrum has no bin between ${from} and ${to} GeV`);
  let negative = 0;
  let sum = 0;
  let variance = 0;
  for (let i = 0; i < bins; i++) {
    const count = counts[first + i]!;
    const square = variances === undefined ? count : variances[first + i]!;
    if (!Number.isFinite(count) || !(square >= 0 && Number.isFinite(square)))
      return notDefined(`bin ${first + i} holds ${count} events with the variance ${square}`);
    sum += count;
    variance += square;
    if (count < 0) negative++;
    own.counts[i] = Math.max(0, count);
  }
  if (!(sum > 0)) return notDefined(`the spectrum has ${sum} events between ${from} and ${to} GeV`);
  if (variances !== undefined) {
    // An empty bin tells nothing of its weights.
    for (let i = 0; i < bins; i++) {
      const count = own.counts[i]!;
      const square = variances[first + i]!;
      own.scales[i] = count > 0 && square > 0 ? square / count : variance / sum;
    }
  }
  return { ...own, negative };
}
