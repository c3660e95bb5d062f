import * as Plot from '@observablehq/plot';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { coarseBins } from '../../agreement/coarse.js';
import { total, type VariableCounts } from '../../agreement/variable-counts.js';
import { compact, frameStroke, variableAxis } from './axes.js';
import { type LegendEntry, legendSvg, panelsSvg } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';
import { middle, type Point, pointMarks, stepsOf } from './steps.js';

const width = 560;
const legendWidth = 130;
const margins = { marginLeft: 62, marginRight: 8 };
const upperHeight = 210;
const lowerHeight = 110;
const ratioTop = 2;

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
  const legend: LegendEntry[] = [
    ...drawn.map(({ label, colour }): LegendEntry => ({ label, colour, mark: 'dot' })),
    { label: line.label, colour: line.colour, mark: 'line' },
    { label: simulation.label, colour: simulation.colour, mark: 'box' },
  ];
  return panelsSvg(width, upperHeight + lowerHeight, [
    { svg: upperPanel(`${id}-shapes`, variable, edges, drawn, line, simulation), x: 0, y: 0 },
    { svg: lowerPanel(`${id}-ratio`, variable, edges, drawn, line), x: 0, y: upperHeight },
    { svg: legendSvg(legend, legendWidth), x: width - legendWidth, y: 12 },
  ]);
}

function upperPanel(
  id: string,
  variable: VariableCounts,
  edges: Float64Array,
  parts: readonly Shape[],
  line: Shape,
  simulation: Shape,
): string {
  const positive = [line, ...parts].flatMap(({ share }) => [...share].filter((value) => value > 0));
  const top = 3 * Math.max(1e-9, ...positive);
  const floor = Math.min(0.5 * Math.min(1, ...positive), top / 10);
  const clamp = (value: number) => Math.max(floor, value);
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
      label: 'share of events',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 4,
      tickFormat: (value: number) => compact(value),
    },
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
  });
}

function lowerPanel(
  id: string,
  variable: VariableCounts,
  edges: Float64Array,
  parts: readonly Shape[],
  line: Shape,
): string {
  const clamp = (value: number) => Math.min(ratioTop, Math.max(0, value));
  return plotSvg(id, {
    width: width - legendWidth,
    height: lowerHeight,
    ...margins,
    marginTop: 6,
    marginBottom: 38,
    x: variableAxis(variable, edges, true),
    y: { domain: [0, ratioTop], label: 'ratio', labelAnchor: 'center', labelArrow: 'none', ticks: 4 },
    marks: [
      Plot.ruleY([1], { stroke: ink, strokeOpacity: 0.5 }),
      Plot.frame(frameStroke),
      ...parts.flatMap(({ events, share, colour }) => {
        const scale = total(events) / total(share);
        const points = pointsOf(variable, edges, events, scale, line.share).filter(({ y }) => y > 0);
        return [
          ...pointMarks(
            points.filter(({ y }) => y <= ratioTop),
            clamp,
            colour,
          ),
          Plot.dot(
            points.filter(({ y }) => y > ratioTop),
            { x: 'x', y: ratioTop * 0.96, symbol: 'triangle', r: 3, fill: colour },
          ),
        ];
      }),
    ],
  });
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
