import * as Plot from '@observablehq/plot';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { coarseBins } from '../../agreement/coarse.js';
import { added, total, type VariableCounts } from '../../agreement/variable-counts.js';
import { frameStroke } from './axes.js';
import type { MarkedName } from './legend.js';
import { faint, ink } from './plot.js';
import { processColours } from './processes.js';
import { middle, type Point, pointMarks, type Step, stepsOf } from './steps.js';
import { ratioMarks, type VariablePanels, variablePanels, withinRatios } from './variable-panels.js';

const upperHeight = 230;
/** So many processes have a colour; the smaller ones are one. */
const mostNamed = 6;
/** What is drawn of one variable, in bins of the figure. */
export interface DrawnVariable {
  readonly edges: Float64Array;
  readonly data: Float64Array;
  /** Scaled to the data's luminosity. */
  readonly simulation: Float64Array;
  readonly errors: Float64Array;
  readonly bySample: readonly Float64Array[];
}

export function drawnVariable(variable: VariableCounts, dataScale: number): DrawnVariable {
  const { edges, of } = coarseBins(variable.bins);
  const scaled = (sums: Float64Array) => of(sums).map((sum) => sum * dataScale);
  return {
    edges,
    data: of(added(variable.data, variable.simulation.sums.length)),
    simulation: scaled(variable.simulation.sums),
    errors: of(variable.simulation.squares).map((square) => Math.sqrt(square) * dataScale),
    bySample: variable.bySample.map(scaled),
  };
}

/** Simulation stacked by process, data on it, and below their ratio with simulation's statistical error as a band. */
export function dataOverSimulation(
  id: string,
  variable: VariableCounts,
  samples: readonly string[],
  dataScale: number,
): string {
  const drawn = drawnVariable(variable, dataScale);
  const layers = layersOf(drawn, samples);
  const legend: MarkedName[] = [
    { label: 'data', colour: ink, mark: 'point' },
    ...layers.map(({ label, colour }): MarkedName => ({ label, colour, mark: 'area' })).reverse(),
  ];
  return variablePanels({
    variable,
    edges: drawn.edges,
    upper: {
      id: `${id}-stack`,
      height: upperHeight,
      label: 'events',
      ...upperPanel(variable, drawn, layers),
    },
    lower: { id: `${id}-ratio`, label: 'data / sim.', marks: ratios(variable, drawn) },
    legend,
  });
}

interface Layer {
  readonly label: string;
  readonly colour: string;
  readonly steps: readonly Step[];
}

/** The smallest process lowest; each layer lies on those before it. Negative sums take away from the stack. */
function layersOf({ edges, bySample }: DrawnVariable, samples: readonly string[]): Layer[] {
  const order = samples
    .map((label, index) => ({ label, index, all: total(bySample[index]!) }))
    .sort((a, b) => b.all - a.all || a.index - b.index);
  const named = order.length <= mostNamed + 1 ? order : order.slice(0, mostNamed);
  const rest = order.slice(named.length);
  const colours = coloursOf(named.map(({ index }) => index));
  const parts = named.map(({ label, index }, at) => ({
    label,
    colour: colours[at]!,
    counts: bySample[index]!,
  }));
  if (rest.length > 0) {
    const counts = added(
      rest.map(({ index }) => bySample[index]!),
      edges.length - 1,
    );
    parts.push({ label: `${rest.length} others`, colour: faint, counts });
  }
  const below = new Float64Array(edges.length - 1);
  return parts.reverse().map(({ label, colour, counts }) => {
    const low = below.slice();
    for (const [bin, count] of counts.entries()) below[bin]! += count;
    return { label, colour, steps: stepsOf(edges, low, below) };
  });
}

/** Its own colour for each sample that has one (processes.ts); the others take what is free. */
export function coloursOf(indices: readonly number[]): string[] {
  const free = Array.from({ length: processColours }, (_, i) => i).filter((i) => !indices.includes(i));
  return indices.map((index) => `var(--c${(index < processColours ? index : free.shift()!) + 1})`);
}

function upperPanel(
  variable: VariableCounts,
  { edges, data, simulation, errors }: DrawnVariable,
  layers: readonly Layer[],
): Pick<VariablePanels['upper'], 'domain' | 'marks'> {
  const positive = [...data, ...simulation].filter((count) => count > 0);
  const top = 3 * Math.max(1, ...positive);
  const floor = Math.max(Math.min(0.5, ...positive), top * 1e-6);
  const clamp = (value: number) => Math.max(floor, value);
  const points = Array.from(
    data,
    (count, bin): Point => ({ x: middle(variable.bins, edges, bin), y: count, ...poissonInterval(count) }),
  );
  const band = stepsOf(
    edges,
    simulation.map((sum, bin) => sum - errors[bin]!),
    simulation.map((sum, bin) => sum + errors[bin]!),
  );
  const area = (steps: readonly Step[], options: Plot.AreaYOptions) =>
    Plot.areaY(steps, {
      x: 'x',
      y1: ({ low }: Step) => clamp(low),
      y2: ({ high }: Step) => clamp(high),
      curve: 'step-after',
      ...options,
    });
  return {
    domain: [floor, top],
    marks: [
      ...layers.map(({ steps, colour }) => area(steps, { fill: colour, fillOpacity: 0.85 })),
      area(band, { fill: ink, fillOpacity: 0.2 }),
      Plot.frame(frameStroke),
      ...pointMarks(
        points.filter(({ y }) => y > 0),
        clamp,
      ),
    ],
  };
}

function ratios(variable: VariableCounts, drawn: DrawnVariable): Plot.Markish[] {
  const { edges, data, simulation, errors } = drawn;
  const relative = simulation.map((sum, bin) => (sum > 0 ? errors[bin]! / sum : 0));
  const points = Array.from(data, (count, bin): Point => {
    const expected = simulation[bin]!;
    const { low, high } = poissonInterval(count);
    return {
      x: middle(variable.bins, edges, bin),
      y: count / expected,
      low: low / expected,
      high: high / expected,
    };
  }).filter((_, bin) => simulation[bin]! > 0 && data[bin]! > 0);
  return [
    Plot.areaY(
      stepsOf(
        edges,
        relative.map((error) => withinRatios(1 - error)),
        relative.map((error) => withinRatios(1 + error)),
      ),
      { x: 'x', y1: 'low', y2: 'high', curve: 'step-after', fill: ink, fillOpacity: 0.2 },
    ),
    Plot.ruleY([1], { stroke: faint }),
    Plot.frame(frameStroke),
    ...ratioMarks(points, ink),
  ];
}
