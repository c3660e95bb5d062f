import { isDefined } from '../../lib/statistics/measured.js';
import { type RocPoints, rocPoints } from '../../lib/statistics/roc-points.js';
import { rocSvg } from './figures/roc-curves.js';
import type { ScoreCurves, Side } from './score-curves.js';
import type { FigureBlock } from './section.js';
import { labelOf } from './separation-tables.js';

const lowestShare = 1e-4;
/** Points closer together than this look like one. */
const step = 0.01;

/** ROC curves of a few scores, one panel for each signal. */
export function rocFigure(
  curves: ReadonlyMap<string, ScoreCurves>,
  scores: readonly string[],
  signals: readonly string[],
  sideOf: (curves: ScoreCurves, signal: string) => Side | undefined,
): FigureBlock {
  const panels = signals.map((name) => ({
    title: name,
    lines: scores.map((score) => {
      const found = curves.get(score)!;
      const side = sideOf(found, name);
      if (side === undefined) return [];
      const line = rocPoints(side.curve, found.background.curve, step);
      return isDefined(line) ? drawnPart(line) : [];
    }),
  }));
  const id = 'roc-curves';
  return {
    kind: 'figure',
    id,
    caption: `ROC curves of \`${scores[0]}\`, and of MET and H_T + MET without a network.`,
    alt: `Signal efficiency against background efficiency on a logarithmic scale, one panel for each of ${signals.length - 1} signals and one for all together; three lines each: ${scores.map(labelOf).join(', ')}.`,
    svg: rocSvg(id, scores.map(labelOf), panels, lowestShare),
    size: 'full',
  };
}

/** The part of a curve that a logarithmic axis shows; what the signal has before the axis begins stands at its begin. */
export function drawnPart({ background, signal }: RocPoints): { readonly x: number; readonly y: number }[] {
  const first = background.findIndex((share) => share > lowestShare);
  if (first < 0) return [];
  const [x0, y0] = [background[first - 1]!, signal[first - 1]!];
  const slope = (signal[first]! - y0) / (background[first]! - x0);
  const points = [{ x: lowestShare, y: y0 + (lowestShare - x0) * slope }];
  for (let i = first; i < background.length; i++) points.push({ x: background[i]!, y: signal[i]! });
  return points;
}
