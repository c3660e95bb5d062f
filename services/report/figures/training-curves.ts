import * as Plot from '@observablehq/plot';
import { faint, ink, plotSvg } from './plot.js';

/** An epoch at its place in the whole training, from 1. */
export interface CurvePoint {
  readonly at: number;
  readonly loss: number;
  readonly validationLoss: number | undefined;
  readonly learningRate: number;
}

export interface CurveMarks {
  /** Places after which another megaset begins. */
  readonly ends: readonly number[];
  readonly best: number | undefined;
  readonly kept: number | undefined;
}

const width = 760;

/** Loss on training and validation rows over all epochs; logarithmic where every loss is positive. */
export function lossCurves(points: readonly CurvePoint[], { ends, best, kept }: CurveMarks): string {
  const validation = points.filter(({ validationLoss }) => validationLoss !== undefined);
  const values = points.flatMap(({ loss, validationLoss }) => [loss, validationLoss ?? loss]);
  const isPositive = values.every((value) => value > 0);
  const last = points.at(-1);
  const marks = [{ at: best, text: 'best' }, ...(kept === best ? [] : [{ at: kept, text: 'kept' }])].flatMap(
    ({ at, text }) => (at === undefined ? [] : [{ at, text: kept === best ? 'best, kept' : text }]),
  );
  return plotSvg('training-loss', {
    width,
    height: 320,
    marginLeft: 60,
    marginRight: 90,
    marginTop: 28,
    marginBottom: 44,
    x: { label: 'epoch of all megasets', labelOffset: 38, domain: [1, Math.max(2, points.length)] },
    y: { label: 'loss', type: isPositive ? 'log' : 'linear', grid: false, ticks: 6, tickFormat: shortNumber },
    marks: [
      Plot.frame({ stroke: faint }),
      Plot.ruleX(ends, { x: (end: number) => end + 0.5, stroke: faint, strokeDasharray: '1,3' }),
      Plot.ruleX(marks, { x: 'at', stroke: 'var(--accent)', strokeDasharray: '6,3' }),
      Plot.text(marks, {
        x: 'at',
        text: 'text',
        frameAnchor: 'top',
        lineAnchor: 'bottom',
        dy: -4,
        fill: 'var(--accent)',
      }),
      Plot.lineY(points, { x: 'at', y: 'loss', stroke: 'var(--signal2)', strokeWidth: 1.6 }),
      Plot.lineY(validation, {
        x: 'at',
        y: 'validationLoss',
        stroke: 'var(--signal1)',
        strokeWidth: 1.6,
        strokeDasharray: '5,2',
      }),
      ...(last === undefined ? [] : endLabels(last)),
    ],
  });
}

/** Names at the ends of the lines, apart where the lines are not. */
function endLabels({ at, loss, validationLoss }: CurvePoint): Plot.Markish[] {
  const isAbove = validationLoss !== undefined && validationLoss > loss;
  const label = (y: number, text: string, fill: string, dy: number) =>
    Plot.text([{ at, y, text }], { x: 'at', y: 'y', text: 'text', textAnchor: 'start', dx: 6, dy, fill });
  return [
    label(loss, 'training', 'var(--signal2)', isAbove ? 7 : -7),
    ...(validationLoss === undefined
      ? []
      : [label(validationLoss, 'validation', 'var(--signal1)', isAbove ? -7 : 7)]),
  ];
}

/** Learning rate of each epoch's last step. */
export function rateCurve(points: readonly CurvePoint[], { ends }: Pick<CurveMarks, 'ends'>): string {
  return plotSvg('training-rate', {
    width,
    height: 180,
    marginLeft: 60,
    marginRight: 90,
    marginBottom: 44,
    x: { label: 'epoch of all megasets', labelOffset: 38, domain: [1, Math.max(2, points.length)] },
    y: { label: 'learning rate', zero: true, ticks: 4, tickFormat: shortNumber },
    marks: [
      Plot.frame({ stroke: faint }),
      Plot.ruleX(ends, { x: (end: number) => end + 0.5, stroke: faint, strokeDasharray: '1,3' }),
      Plot.lineY(points, { x: 'at', y: 'learningRate', stroke: ink, curve: 'step', strokeWidth: 1.6 }),
    ],
  });
}

function shortNumber(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
