import { formatCount } from '../../../lib/telemetry/format.js';
import type { HistogramView, ProcessView } from '../shared/snapshot.js';
import { type ChartData, type DrawnLine, shortNumber } from './chart-data.js';

export type Counted = 'weights' | 'counts';

/** As many colours as the theme has for each kind. */
const backgroundColours = 12;
const signalColours = 6;

/** Backgrounds drawn as their sums from the top of the stack down, each over the one before; then signals and data. */
export function stacked(
  { width, first, ...bins }: HistogramView,
  processes: readonly ProcessView[],
  counted: Counted,
): Pick<ChartData, 'x' | 'lines'> {
  const values = bins[counted];
  const length = values[0]?.length ?? 0;
  const of = (kind: ProcessView['kind']) =>
    processes.flatMap((process, at) => (process.kind === kind ? [{ process, at }] : []));
  const lineOf = ({ process, at }: { process: ProcessView; at: number }) => {
    const own = values[at] ?? [];
    // Of the bins that are drawn: of a tail, not of the whole sample.
    const sum = own.reduce((total, value) => total + value, 0);
    return {
      name: process.name,
      note: counted === 'counts' ? formatCount(sum) : shortNumber(sum),
      own: [...own.flatMap((value) => twice(value === 0 ? null : value)), null],
    };
  };
  const backgrounds = of('background').sort(
    (a, b) => b.process.yield - a.process.yield || (a.process.name < b.process.name ? -1 : 1),
  );
  const sums = new Array<number>(length).fill(0);
  // From the smallest at the bottom of the stack up, as reports have it.
  const fills = [...backgrounds].reverse().map((one): DrawnLine => {
    for (let bin = 0; bin < length; bin++) sums[bin]! += Math.max(0, values[one.at]?.[bin] ?? 0);
    const colour = `c${(backgrounds.indexOf(one) % backgroundColours) + 1}`;
    return { ...lineOf(one), colour, kind: 'fill', y: steps(sums) };
  });
  return {
    // Edges and middles of bins, and the edge at which the last one ends: steps begin at edges, points stand in the middle.
    x: Array.from({ length: 2 * length + 1 }, (_, half) => (first + half / 2) * width),
    lines: [
      ...fills.reverse(),
      ...of('signal').map(
        (one, number): DrawnLine => ({
          ...lineOf(one),
          colour: `signal${(number % signalColours) + 1}`,
          kind: 'dashed',
          y: steps(values[one.at] ?? []),
        }),
      ),
      ...of('data').map(
        (one): DrawnLine => ({
          ...lineOf(one),
          colour: 'data',
          kind: 'points',
          y: [...(values[one.at] ?? []).flatMap((value) => [null, positive(value)]), null],
        }),
      ),
    ],
  };
}

/**
 * A value for edge and middle of each bin. What follows the last value is dropped where a chart draws, so that it is said
 * once more at the edge at which its bin ends.
 */
function steps(values: readonly number[]): (number | null)[] {
  const drawn = [...values.flatMap((value) => twice(positive(value))), null];
  const last = drawn.findLastIndex((value) => value !== null);
  if (last >= 0) drawn[last + 1] = drawn[last]!;
  return drawn;
}

/** On a logarithmic axis what is not above 0 has no place. */
function positive(value: number): number | null {
  return value > 0 ? value : null;
}

function twice(value: number | null): (number | null)[] {
  return [value, value];
}
