import { isDefined } from '../../lib/statistics/measured.js';
import { signalEfficiency } from '../../lib/statistics/roc.js';
import { rocSvg } from './figures/roc-curves.js';
import type { ScoreCurves, Side } from './score-curves.js';
import type { FigureBlock } from './section.js';
import { labelOf } from './separation-tables.js';

const lowestShare = 1e-4;
const points = 100;

/** ROC curves of a few scores, one panel for each signal. */
export function rocFigure(
  curves: ReadonlyMap<string, ScoreCurves>,
  scores: readonly string[],
  signals: readonly string[],
  sideOf: (curves: ScoreCurves, signal: string) => Side | undefined,
): FigureBlock {
  const shares = Array.from({ length: points }, (_, i) => lowestShare ** (1 - i / (points - 1)));
  const panels = signals.map((name) => ({
    title: name,
    lines: scores.map((score) => {
      const found = curves.get(score)!;
      const side = sideOf(found, name);
      if (side === undefined) return [];
      return shares.flatMap((x) => {
        const y = signalEfficiency(side.curve, found.background.curve, x);
        return isDefined(y) ? [{ x, y: y.value }] : [];
      });
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
