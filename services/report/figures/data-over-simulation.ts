import * as Plot from '@observablehq/plot';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { coarseBins } from '../../agreement/coarse.js';
import { added, total, type VariableCounts } from '../../agreement/variable-counts.js';
import { compact, frameStroke, variableAxis } from './axes.js';
import { type LegendEntry, legendSvg, panelsSvg } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';
import { middle, type Point, pointMarks, type Step, stepsOf } from './steps.js';

const width = 560;
const legendWidth = 130;
const margins = { marginLeft: 62, marginRight: 8 };
const upperHeight = 230;
const lowerHeight = 110;
/** So many processes have a colour; the smaller ones are one. */
const mostNamed = 6;
/** The ratio is drawn from 0 to this; a point above is at the edge, as an arrow. */
const ratioTop = 2;

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
  const legend: LegendEntry[] = [
    { label: 'data', colour: ink, mark: 'dot' },
    ...layers.map(({ label, colour }): LegendEntry => ({ label, colour, mark: 'box' })).reverse(),
  ];
  return panelsSvg(width, upperHeight + lowerHeight, [
    { svg: upperPanel(`${id}-stack`, variable, drawn, layers), x: 0, y: 0 },
    { svg: lowerPanel(`${id}-ratio`, variable, drawn), x: 0, y: upperHeight },
    { svg: legendSvg(legend, legendWidth), x: width - legendWidth, y: 12 },
  ]);
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
  const parts = named.map(({ label, index }) => ({
    label,
    colour: `var(--c${(index % 12) + 1})`,
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

function upperPanel(
  id: string,
  variable: VariableCounts,
  { edges, data, simulation, errors }: DrawnVariable,
  layers: readonly Layer[],
): string {
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
  return plotSvg(id, {
    width: width - legendWidth,
    height: upperHeight,
    ...margins,
    marginTop: 16,
    marginBottom: 6,
    x: variableAxis(variable, edges, false),
    y: {
      type: 'log',
      domain: [floor, top],
      label: 'events',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 4,
      tickFormat: (value: number) => compact(value),
    },
    marks: [
      ...layers.map(({ steps, colour }) => area(steps, { fill: colour, fillOpacity: 0.85 })),
      area(band, { fill: ink, fillOpacity: 0.2 }),
      Plot.frame(frameStroke),
      ...pointMarks(
        points.filter(({ y }) => y > 0),
        clamp,
      ),
    ],
  });
}

function lowerPanel(id: string, variable: VariableCounts, drawn: DrawnVariable): string {
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
  const clamp = (value: number) => Math.min(ratioTop, Math.max(0, value));
  return plotSvg(id, {
    width: width - legendWidth,
    height: lowerHeight,
    ...margins,
    marginTop: 6,
    marginBottom: 38,
    x: variableAxis(variable, edges, true),
    y: { domain: [0, ratioTop], label: 'data / sim.', labelAnchor: 'center', labelArrow: 'none', ticks: 4 },
    marks: [
      Plot.areaY(
        stepsOf(
          edges,
          relative.map((error) => clamp(1 - error)),
          relative.map((error) => clamp(1 + error)),
        ),
        {
          x: 'x',
          y1: 'low',
          y2: 'high',
          curve: 'step-after',
          fill: ink,
          fillOpacity: 0.2,
        },
      ),
      Plot.ruleY([1], { stroke: faint }),
      Plot.frame(frameStroke),
      ...pointMarks(
        points.filter(({ y }) => y <= ratioTop),
        clamp,
      ),
      Plot.dot(
        points.filter(({ y }) => y > ratioTop),
        {
          x: 'x',
          y: ratioTop * 0.96,
          symbol: 'triangle',
          r: 3,
          fill: ink,
        },
      ),
    ],
  });
}
