import { packageVersion } from '../../lib/base/package-root.js';
import type { Content, Histogram } from '../../lib/statistics/histogram.js';
import { regularAxis, variableAxis } from '../../lib/statistics/histogram-axis.js';
import { toUhi } from '../../lib/statistics/uhi.js';
import { absentPlace, edgesOf } from '../agreement/variable-bins.js';
import { added, type VariableCounts } from '../agreement/variable-counts.js';

/** Data and simulation of a variable in the UHI form, in the fine bins; simulation scaled as the figure has it. */
export function uhiOfVariable(variable: VariableCounts, dataScale: number): Record<string, unknown> {
  const { bins, simulation, name, unit } = variable;
  const axis =
    bins.scale === 'linear' ? regularAxis(bins.low, bins.high, bins.count) : variableAxis(edgesOf(bins));
  const absent = absentPlace(bins);
  const histogram = (sums: Float64Array, squares: Float64Array, counts: Float64Array): Histogram => {
    const missing: Content = { sum: sums[absent]!, square: squares[absent]!, count: counts[absent]! };
    const there = (places: Float64Array) => places.subarray(0, absent);
    return { axis, sums: there(sums), squares: there(squares), counts: there(counts), missing };
  };
  const label = unit === undefined ? name : `${name} (${unit})`;
  const names = (kind: string) => ({ version: packageVersion, metadata: { kind }, axis: { label } });
  const data = added(variable.data, simulation.sums.length);
  const scaled = histogram(
    simulation.sums.map((sum) => sum * dataScale),
    simulation.squares.map((square) => square * dataScale ** 2),
    simulation.events,
  );
  return {
    data: toUhi(histogram(data, data, data), names('data')),
    simulation: toUhi(scaled, names('simulation')),
  };
}
