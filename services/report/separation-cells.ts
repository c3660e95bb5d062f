import { areaError } from '../../lib/statistics/area-error.js';
import { isDefined, type Measured } from '../../lib/statistics/measured.js';
import { areaUnderCurve, backgroundRejection, signalEfficiency } from '../../lib/statistics/roc.js';
import type { Evaluation } from '../pipeline/evaluation.js';
import type { SeparationRecord } from '../pipeline/separation-record.js';
import { measuredCell, type WithError } from './measured-cell.js';
import type { ScoreCurves, Side } from './score-curves.js';
import type { Cell } from './section.js';

/** How well one score tells one signal from the background. */
export interface SeparationCells {
  readonly auc: WithError;
  readonly aucWithinBins?: WithError;
  /** To H_T + MET; absent there. */
  readonly difference?: WithError;
  /** By background efficiency. */
  readonly signalEfficiency: Readonly<Record<string, WithError>>;
}

/** As run.json has it. */
export function recordedSeparation(record: SeparationRecord): SeparationCells {
  const { auc, auc_within_bins: within, signal_efficiency: efficiency } = record;
  const difference = within.difference_to_ht_plus_met;
  return {
    auc: measuredCell(auc),
    aucWithinBins: measuredCell(within),
    ...(difference === undefined ? {} : { difference: measuredCell(difference) }),
    signalEfficiency: Object.fromEntries(
      Object.entries(efficiency).map(([share, found]) => [share, measuredCell(found)]),
    ),
  };
}

/** What run.json says of a signal and a score; undefined where it says nothing. */
export function recorded(evaluation: Evaluation | undefined, signal: string, score: string) {
  const record = evaluation?.signals[signal]?.separation[score];
  return record === undefined ? undefined : recordedSeparation(record);
}

/** From the curves of all rows, with the linear error of the area. */
export function computedSeparation(
  curves: ScoreCurves,
  signal: Side,
  shares: readonly number[],
): SeparationCells {
  const auc = areaUnderCurve(signal.curve, curves.background.curve);
  return {
    auc: isDefined(auc) ? withError(auc, areaError(signal.summed, curves.background.summed)) : auc,
    signalEfficiency: Object.fromEntries(
      shares.map((share) => [String(share), signalEfficiency(signal.curve, curves.background.curve, share)]),
    ),
  };
}

/**
 * 1 / (background kept) where `share` of the signal is kept, with the statistical error of the background kept,
 * sqrt(sum w^2), at a fixed threshold.
 */
export function rejection({ background }: ScoreCurves, signal: Side, share: number): WithError {
  const found = backgroundRejection(signal.curve, background.curve, share);
  if (!isDefined(found) || !isDefined(background.curve)) return found;
  const { total } = background.curve;
  const wanted = total / found.value;
  let [sum, square] = [0, 0];
  const { sums, squares } = background.summed;
  for (let i = 0; i < sums.length && sum < wanted; i++) {
    sum += sums[i]!;
    square += squares[i]!;
  }
  return { value: found.value, error: found.value * (Math.sqrt(square) / sum) };
}

function withError({ value }: { readonly value: number }, error: Measured): WithError {
  return isDefined(error) ? { value, error: error.value } : { value };
}

export function cellOf(found: WithError | undefined): Cell {
  if (found === undefined) return '';
  if ('notDefined' in found) return found;
  const { value, error } = found;
  return error === undefined ? { value } : { value, error };
}
