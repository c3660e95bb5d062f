import { notDefined } from './measured.js';
import { RocWalk } from './roc.js';
import { type TailCurve, type TailResult, undefinedSide } from './tail-curve.js';

/** Points of a ROC curve, both shares rising from 0 to 1. */
export interface RocPoints {
  readonly background: Float64Array;
  readonly signal: Float64Array;
}

/** Growth of the background's share at which a point is kept, so that a logarithmic axis is served too: 24 a decade. */
const growth = 1.1;

/**
 * The curve of areaUnderCurve (signed weights, made monotone) thinned for drawing: a point left out differs from its
 * kept neighbours by at most `step` in the sum of both shares and a tenth of the background's share. At most
 * 2 x (2 / step + 24 a decade of the background's share) points.
 */
export function rocPoints(
  signal: TailResult,
  background: TailResult,
  step = 0.005,
): RocPoints | { readonly notDefined: string } {
  const missing = undefinedSide(signal, background);
  if (missing !== undefined) return notDefined(missing.notDefined);
  const xs = [0];
  const ys = [0];
  const walk = new RocWalk(signal as TailCurve, background as TailCurve);
  let [keptX, keptY, x, y] = [0, 0, 0, 0];
  const keep = () => {
    xs.push(x);
    ys.push(y);
    keptX = x;
    keptY = y;
  };
  while (walk.next()) {
    const nextX = walk.background;
    const nextY = walk.signal;
    const far = nextX - keptX + (nextY - keptY) > step || nextX > growth * keptX;
    // The last point before a long step, so that no corner is cut.
    if (far && (x !== keptX || y !== keptY)) keep();
    x = nextX;
    y = nextY;
  }
  keep();
  return { background: Float64Array.from(xs), signal: Float64Array.from(ys) };
}
