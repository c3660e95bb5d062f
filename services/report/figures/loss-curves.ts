import * as Plot from '@observablehq/plot';
import { faint, plotSvg } from './plot.js';

export interface LossPoint {
  /** Number of the epoch over all passes and megasets, from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly curve: 'training' | 'validation';
}

const colours = { training: 'var(--c5)', validation: 'var(--signal1)' } as const;

/** Losses by epoch on a logarithmic axis; rules where a megaset begins and at the epoch whose weights are kept. */
export function lossCurves(
  id: string,
  points: readonly LossPoint[],
  megasets: readonly number[],
  kept: number | undefined,
): string {
  const ends = (['training', 'validation'] as const).flatMap((curve) =>
    points.filter((point) => point.curve === curve).slice(-1),
  );
  return plotSvg(id, {
    width: 760,
    height: 320,
    marginRight: 80,
    marginLeft: 56,
    x: { label: 'epoch' },
    y: { label: 'loss', type: 'log', grid: true },
    marks: [
      Plot.ruleX(megasets, { stroke: faint, strokeOpacity: 0.35 }),
      ...(kept === undefined
        ? []
        : [Plot.ruleX([kept], { stroke: 'var(--accent)', strokeDasharray: '4 3' })]),
      ...(['training', 'validation'] as const).map((curve) =>
        Plot.line(
          points.filter((point) => point.curve === curve),
          {
            x: 'epoch',
            y: 'loss',
            stroke: colours[curve],
            ...(curve === 'validation' ? { strokeDasharray: '5 3' } : {}),
          },
        ),
      ),
      Plot.text(ends, {
        x: 'epoch',
        y: 'loss',
        text: 'curve',
        dx: 8,
        textAnchor: 'start',
        fill: (point: LossPoint) => colours[point.curve],
      }),
    ],
    color: { type: 'identity' },
  });
}
