import type { HistogramView, ProcessKind } from '../shared/snapshot.js';

export interface TailCut {
  /** Number of the first bin of the tail. */
  readonly bin: number;
  readonly realised: number;
  readonly of: 'background' | 'all events';
}

/**
 * The bin of a score from which on at most `share` of the background's summed weights lies; without background of all
 * events. Undefined while nothing is counted, or where already the last bin holds more.
 */
export function tailCut(
  { first, counts, weights }: HistogramView,
  kinds: readonly ProcessKind[],
  share: number,
): TailCut | undefined {
  const background = kinds.flatMap((kind, process) => (kind === 'background' ? [process] : []));
  const hasBackground = background.some((process) => counts[process]?.some((count) => count > 0));
  const bins = counts[0]?.length ?? 0;
  // Signed weights of one bin may cancel; their sum over the background is taken as 0 at least.
  const inBin = (bin: number) =>
    hasBackground
      ? Math.max(
          0,
          background.reduce((sum, process) => sum + (weights[process]?.[bin] ?? 0), 0),
        )
      : counts.reduce((sum, process) => sum + process[bin]!, 0);
  let total = 0;
  for (let bin = 0; bin < bins; bin += 1) total += inBin(bin);
  if (!(total > 0)) return undefined;
  let above = 0;
  let cut = bins;
  while (cut > 0 && above + inBin(cut - 1) <= share * total) {
    cut -= 1;
    above += inBin(cut);
  }
  if (cut === bins) return undefined;
  return { bin: first + cut, realised: above / total, of: hasBackground ? 'background' : 'all events' };
}
