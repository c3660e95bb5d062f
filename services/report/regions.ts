import type { Config } from '../../lib/config/index.js';
import { isDefined, type Measured } from '../../lib/statistics/measured.js';
import { scoreExpression } from './binned.js';
import { weightedQuantiles } from './quantiles.js';
import { real, type ScoreTable } from './score-table.js';
import { percent } from './words.js';

/** A signal region: events whose score is above a threshold. */
export interface Region {
  /** For anchors and file names: "median-1", "background-0.01". */
  readonly id: string;
  readonly label: string;
  readonly threshold: Measured;
  /** SQL condition on `rows`; undefined where the threshold is not defined. */
  readonly where: string | undefined;
}

export interface Regions {
  /** Weighted median of the background's score, with abs(w) (decisions.md 5). */
  readonly median: Measured;
  /** From the widest to the tightest, first those of the median. */
  readonly all: readonly Region[];
}

/**
 * Signal regions (physics.md 6): score > m + i m / 5, m the background's weighted median of the raw score, and
 * those that keep a given share of the background's abs(w).
 */
export async function findRegions(
  table: ScoreTable,
  score: string,
  settings: Pick<Config['report'], 'median_steps' | 'background_efficiencies'>,
): Promise<Regions> {
  const steps = [...settings.median_steps].sort((a, b) => a - b);
  const shares = [...settings.background_efficiencies].sort((a, b) => b - a);
  const levels = [0.5, ...shares.map((share) => 1 - share)];
  const [median, ...quantiles] = (await weightedQuantiles(
    table,
    scoreExpression(score),
    "kind = 'background'",
    levels,
  )) as [Measured, ...Measured[]];
  const ofMedian = steps.map((step) =>
    region(score, `median-${step}`, medianLabel(step), medianCut(median, step)),
  );
  const ofShares = shares.map((share, index) =>
    region(score, `background-${share}`, `${percent(share)} of background`, quantiles[index]!),
  );
  return { median, all: [...ofMedian, ...ofShares] };
}

function medianLabel(step: number): string {
  return step === 0 ? 'above m' : `above m + ${step} m/5`;
}

/** A score that may be negative has no threshold in units of its own median. */
function medianCut(median: Measured, step: number): Measured {
  if (!isDefined(median)) return median;
  return median.value > 0
    ? { value: median.value * (1 + step / 5) }
    : { notDefined: `the median ${median.value} is not positive, so that m + i m/5 has no meaning` };
}

function region(score: string, id: string, label: string, threshold: Measured): Region {
  return {
    id,
    label,
    threshold,
    // In double, as `threshold` is: DuckDB would round it to the column's float32.
    where: isDefined(threshold) ? `${scoreExpression(score)}::double > ${real(threshold.value)}` : undefined,
  };
}
