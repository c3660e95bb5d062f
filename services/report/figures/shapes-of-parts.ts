import * as Plot from '@observablehq/plot';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { coarseBins } from '../../agreement/coarse.js';
import { total, type VariableCounts } from '../../agreement/variable-counts.js';
import { frameStroke } from './axes.js';
import type { MarkedName } from './legend.js';
import { faint, ink } from './plot.js';
import { middle, type Point, pointMarks, stepsOf } from './steps.js';
import { ratioMarks, type VariablePanels, variablePanels } from './variable-panels.js';

const upperHeight = 210;

/** A part of the data, by place. */
export interface DrawnPart {
  readonly label: string;
  readonly colour: string;
  readonly counts: Float64Array;
}

/** Shares of the events by bin, and of one part its events. */
interface Shape {
  readonly label: string;
  readonly colour: string;
  readonly events: Float64Array;
  readonly share: Float64Array;
}

/**
 * Shapes of parts of the data as points, of what they are compared with as a line, and of simulation as an area, each
 * normalised to 1; below, the ratio of each part to that line.
 */
export function shapesOfParts(
  id: string,
  variable: VariableCounts,
  parts: readonly DrawnPart[],
  against: DrawnPart,
): string {
  const { edges, of } = coarseBins(variable.bins);
  const shape = ({ label, colour, counts }: DrawnPart): Shape => {
    const events = of(counts);
    const sum = total(counts);
    return { label, colour, events, share: events.map((count) => count / sum) };
  };
  const simulation = shape({ label: 'simulation', colour: faint, counts: variable.simulation.sums });
  const line = shape(against);
  const drawn = parts.map(shape);
  const legend: MarkedName[] = [
    ...drawn.map(({ label, colour }): MarkedName => ({ label, colour, mark: 'point' })),
    { label: line.label, colour: line.colour, mark: 'line' },
    { label: simulation.label, colour: simulation.colour, mark: 'area' },
  ];
  return variablePanels({
    variable,
    edges,
    upper: {
      id: `${id}-shapes`,
      height: upperHeight,
      label: 'share of events',
      ...upperPanel(variable, edges, drawn, line, simulation),
    },
    lower: { id: `${id}-ratio`, label: 'ratio', marks: ratios(variable, edges, drawn, line) },
    legend,
  });
}

function upperPanel(
  variable: VariableCounts,
  edges: Float64Array,
  parts: readonly Shape[],
  line: Shape,
  simulation: Shape,
): Pick<VariablePanels['upper'], 'domain' | 'marks'> {
  const positive = [line, ...parts].flatMap(({ share }) => [...share].filter((value) => value > 0));
  const top = 3 * Math.max(1e-9, ...positive);
  const floor = Math.min(0.5 * Math.min(1, ...positive), top / 10);
  const clamp = (value: number) => Math.max(floor, value);
  return {
    domain: [floor, top],
    marks: [
      Plot.areaY(
        stepsOf(
          edges,
          simulation.share.map(() => floor),
          simulation.share,
        ),
        {
          x: 'x',
          y1: 'low',
          y2: ({ high }: { high: number }) => clamp(high),
          curve: 'step-after',
          fill: faint,
          fillOpacity: 0.35,
        },
      ),
      Plot.lineY(stepsOf(edges, line.share, line.share), {
        x: 'x',
        y: ({ high }: { high: number }) => clamp(high),
        curve: 'step-after',
        stroke: line.colour,
      }),
      Plot.frame(frameStroke),
      ...parts.flatMap(({ events, colour, share }) =>
        pointMarks(
          pointsOf(variable, edges, events, total(events) / total(share)).filter(({ y }) => y > 0),
          clamp,
          colour,
        ),
      ),
    ],
  };
}

function ratios(
  variable: VariableCounts,
  edges: Float64Array,
  parts: readonly Shape[],
  line: Shape,
): Plot.Markish[] {
  return [
    Plot.ruleY([1], { stroke: ink, strokeOpacity: 0.5 }),
    Plot.frame(frameStroke),
    ...parts.flatMap(({ events, share, colour }) => {
      const scale = total(events) / total(share);
      const points = pointsOf(variable, edges, events, scale, line.share).filter(({ y }) => y > 0);
      return ratioMarks(points, colour);
    }),
  ];
}

/** Events over `scale`, and over what they are compared with where it is given and not 0. */
function pointsOf(
  { bins }: VariableCounts,
  edges: Float64Array,
  events: Float64Array,
  scale: number,
  over?: Float64Array,
): Point[] {
  return Array.from(events, (count, bin): Point => {
    const unit = scale * (over?.[bin] ?? 1);
    const { low, high } = poissonInterval(count);
    return {
      x: middle(bins, edges, bin),
      y: unit > 0 ? count / unit : 0,
      low: unit > 0 ? low / unit : 0,
      high: unit > 0 ? high / unit : 0,
    };
  });
}
