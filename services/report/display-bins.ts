import { emptyHistogram, type Histogram } from '../../lib/statistics/histogram.js';
import { type RegularAxis, regularAxis } from '../../lib/statistics/histogram-axis.js';

/** So many bins of a fine axis become one that is drawn, and so many of those are drawn. */
export interface DisplayBins {
  readonly factor: number;
  readonly bins: number;
}

const widths = [1, 2, 4, 5, 8, 10, 20, 40, 50, 80, 100, 200, 400];

/**
 * Bins in which a histogram of a fine axis is drawn: the narrowest with which at most `mostBins` reach the place above
 * which 0.2 % of the content is left.
 */
export function displayBins(content: Histogram, mostBins: number): DisplayBins {
  const { bins } = content.axis;
  // By absolute value: with negative weights a sum may pass its end and come back.
  const total = content.sums.reduce((sum, value) => sum + Math.abs(value), 0);
  let left = 0;
  let top = bins;
  for (let place = bins + 1; place > 1; place--) {
    left += Math.abs(content.sums[place]!);
    if (left > 0.002 * total) break;
    top = place - 1;
  }
  const factor = widths.find((width) => Math.ceil(top / width) <= mostBins) ?? Math.ceil(bins / mostBins);
  // A handful of wide bins shows no shape; what is empty above shows where there is nothing.
  const shown = Math.max(Math.ceil(top / factor), Math.min(10, Math.floor(bins / factor)));
  return { factor, bins: Math.min(shown, Math.floor(bins / factor)) };
}

/** The histogram with `factor` bins as one; what lies beyond the last is overflow. */
export function rebinned(histogram: Histogram, { factor, bins }: DisplayBins): Histogram {
  const { low, high, bins: fineBins } = histogram.axis as RegularAxis;
  const width = (high - low) / fineBins;
  const coarse = emptyHistogram(regularAxis(low, low + width * factor * bins, bins));
  for (let place = 0; place < histogram.sums.length; place++) {
    const at = place === 0 ? 0 : Math.min(Math.floor((place - 1) / factor), bins) + 1;
    coarse.sums[at]! += histogram.sums[place]!;
    coarse.squares[at]! += histogram.squares[place]!;
    coarse.counts[at]! += histogram.counts[place]!;
  }
  Object.assign(coarse.missing, histogram.missing);
  return coarse;
}

/** The histogram with its overflow in the last bin, as it is drawn. */
export function withOverflow(histogram: Histogram): Histogram {
  const { axis, sums, squares, counts, missing } = histogram;
  const folded = (places: Float64Array) => {
    const copy = places.slice();
    copy[axis.bins]! += copy[axis.bins + 1]!;
    copy[axis.bins + 1] = 0;
    return copy;
  };
  return { axis, sums: folded(sums), squares: folded(squares), counts: folded(counts), missing };
}
