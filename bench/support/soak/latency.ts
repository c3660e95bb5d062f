/** Counts below bounds, as Prometheus has them: cumulative, the last bound +Inf. */
export interface Histogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** The sum of all series of a histogram on a page of metrics. */
export function histogramOn(page: string, name: string): Histogram {
  const found = new Map<number, number>();
  const bucket = new RegExp(`^${name}_bucket\\{[^}]*le="([^"]+)"[^}]*\\} (\\S+)$`, 'gm');
  for (const [, le, count] of page.matchAll(bucket)) {
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    found.set(bound, (found.get(bound) ?? 0) + Number(count));
  }
  const bounds = [...found.keys()].sort((a, b) => a - b);
  return { bounds, counts: bounds.map((bound) => found.get(bound)!) };
}

/** What was counted between two looks, of histograms of several processes. */
export function since(before: readonly Histogram[], now: readonly Histogram[]): Histogram {
  const [first] = now;
  const bounds = first?.bounds ?? [];
  const total = (all: readonly Histogram[], at: number) =>
    all.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0);
  return { bounds, counts: bounds.map((_, at) => total(now, at) - total(before, at)) };
}

/**
 * A quantile by interpolation within its bin, as histogram_quantile of Prometheus does it.
 * @returns undefined where nothing was counted; the largest finite bound where it lies above
 */
export function quantileOf({ bounds, counts }: Histogram, quantile: number): number | undefined {
  const total = counts.at(-1) ?? 0;
  if (total === 0) return undefined;
  const rank = quantile * total;
  const at = counts.findIndex((count) => count >= rank);
  const high = bounds[at]!;
  const low = at === 0 ? 0 : bounds[at - 1]!;
  if (!Number.isFinite(high)) return low;
  const before = at === 0 ? 0 : counts[at - 1]!;
  return low + ((high - low) * (rank - before)) / (counts[at]! - before);
}

/** The same of single values. */
export function quantileOfValues(values: readonly number[], quantile: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
}
