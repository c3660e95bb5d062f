import { isDefined } from '../../lib/statistics/measured.js';
import type { Channel } from './pyhf-workspace.js';
import { histogramOfSample } from './region-histograms.js';
import type { Region } from './regions.js';
import { type ReportSample, shown } from './samples.js';
import type { BySample } from './sliced.js';
import { type Yield, yieldOf } from './yields.js';

/** A slice of the score between two regions' thresholds, the last without an upper end. */
export interface Slice {
  /** "sr_0.1_to_0.01", "sr_0.01". */
  readonly name: string;
  readonly above: number;
  readonly notAbove: number | undefined;
}

/** Regions by background efficiency, made disjoint: each without the tighter ones. */
export function slicesOf(regions: readonly Region[]): Slice[] {
  const found = regions
    .flatMap(({ id, threshold }) => {
      const [, share] = /^background-(.+)$/.exec(id) ?? [];
      return share !== undefined && isDefined(threshold) ? [{ share, above: threshold.value }] : [];
    })
    // Two shares with one threshold are one region.
    .filter(({ above }, index, all) => all.findIndex((other) => other.above === above) === index)
    .sort((a, b) => a.above - b.above);
  return found.map(({ share, above }, index) => {
    const next = found[index + 1];
    return {
      name: next === undefined ? `sr_${share}` : `sr_${share}_to_${next.share}`,
      above,
      notAbove: next?.above,
    };
  });
}

/**
 * Channels for one signal from the content of each slice; simulation scaled to the data where there are any. Slices
 * without background are left out: nothing is known of what to expect there.
 */
export function channelsOf(
  slices: readonly { readonly slice: Slice; readonly content: BySample }[],
  samples: readonly ReportSample[],
  signal: string,
  dataScale: number | undefined,
): Channel[] {
  return slices.flatMap(({ slice, content }) => {
    const of = (name: string, scale: number) => {
      const [some] = content.values();
      const found: Yield =
        some === undefined
          ? { value: 0, error: 0, rows: 0 }
          : yieldOf(histogramOfSample(content, name, some.axis as Parameters<typeof histogramOfSample>[2]));
      return { name, value: found.value * scale, error: found.error * scale };
    };
    const scale = dataScale ?? 1;
    const background = shown(samples, 'background').map(({ name }) => of(name, scale));
    if (!(background.reduce((sum, { value }) => sum + value, 0) > 0)) return [];
    const observed =
      dataScale === undefined
        ? undefined
        : shown(samples, 'data').reduce((sum, { name }) => sum + of(name, 1).value, 0);
    return [{ name: slice.name, background, signal: of(signal, scale), observed }];
  });
}
