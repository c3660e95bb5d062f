import { massEdges } from '../../lib/statistics/bump/spectrum.js';
import { PoissonToys } from '../../lib/statistics/bump/toys.js';

/** Expected events of a falling spectrum of dijet form over `bins` bins from 110 to 6000 GeV. */
export function fallingSpectrum(bins: number, events: number): { edges: Float64Array; means: Float64Array } {
  const edges = massEdges(110, 6000, bins);
  const shape = Float64Array.from({ length: bins }, (_, i) => {
    const x = (edges[i]! + edges[i + 1]!) / 2 / 13_000;
    return (1 - x) ** 12 * x ** (-4 - 0.15 * Math.log(x)) * (edges[i + 1]! - edges[i]!);
  });
  const total = shape.reduce((sum, value) => sum + value, 0);
  return { edges, means: shape.map((value) => (value * events) / total) };
}

/** A Gaussian peak of one event. */
export function peak(edges: Float64Array, mass: number, width: number): Float64Array {
  const heights = Float64Array.from({ length: edges.length - 1 }, (_, i) =>
    Math.exp(-0.5 * (((edges[i]! + edges[i + 1]!) / 2 - mass) / width) ** 2),
  );
  const total = heights.reduce((sum, value) => sum + value, 0);
  return heights.map((value) => value / total);
}

/** Counts drawn about the means, in the numbers of `seed`. */
export function drawn(means: Float64Array, seed: number): Float64Array {
  const counts = new Float64Array(means.length);
  new PoissonToys(means, new Float64Array(means.length).fill(1)).draw(seed, 0, counts);
  return counts;
}
