import type { EnergyBins } from './energy-bins.js';
import { isDefined, type Measured, notDefined } from './measured.js';
import { backgroundStream, poissonCounts, signalStream } from './poisson-counts.js';
import { CurveScratch, resampledArea } from './resampled-area.js';
import {
  type ComparedEvents,
  type Comparison,
  comparisons,
  type ResampledSample,
} from './score-comparison.js';

export interface BootstrapOptions {
  /** Number of replicas; 0 for no errors. */
  readonly samples: number;
  readonly seed: number;
}

/** Statistical errors of one signal's figures for one score. */
export interface BootstrapErrors {
  readonly auc: Measured;
  readonly aucWithinBins: Measured;
  /** Error of AUC within bins of this score less that of the null score, in the same replicas. */
  readonly difference: Measured;
}

/** Largest share of replicas in which a figure may be not defined, as with a signal of two events. */
const largestUndefinedShare = 0.1;

/** Makes the errors in steps, so that others may come in between. */
export interface ErrorEstimate {
  readonly steps: number;
  /** Takes step 0 to steps - 1, each once, in any order. */
  step(index: number): void;
  /** The errors, after the last step. */
  errors(signal: number, score: number): BootstrapErrors;
}

interface ComparedAreas extends Comparison {
  /** Areas by signal and replica; NaN where not defined. */
  readonly areas: readonly Float64Array[];
}

/**
 * Errors of areas under the curve by the Poisson bootstrap, paired: in a replica every event of background and
 * signal counts Poisson(1) times, the same number for every score, and all areas are made anew as areaUnderCurve
 * and areaWithinBins make them, signed weights and monotone curves included; the bins keep their edges. An error
 * is the standard deviation over the replicas (B. Efron, Ann. Stat. 7 (1979) 1; N. Chamandy et al., Google, 2012,
 * for Poisson counts), itself uncertain by 1 in sqrt(2 x samples). The background's replicas are shared by all
 * signals.
 *
 * Each score is sorted once; a replica is one pass in that order. Memory: 8 bytes an event and score, 40 an event.
 */
export class PairedBootstrap implements ErrorEstimate {
  readonly steps: number;
  readonly #seed: number;
  readonly #background: ResampledSample;
  readonly #signals: readonly ResampledSample[];
  readonly #binsProblem: Measured | undefined;
  readonly #within: readonly (ComparedAreas | undefined)[];
  readonly #all: readonly (ComparedAreas | undefined)[];
  readonly #nullScore: number;
  readonly #scratch: CurveScratch;
  readonly #counts: Uint8Array;

  /** `nullScore`: index of the score that the others are compared with. The same scores on both sides. */
  constructor(
    background: ComparedEvents,
    signals: readonly ComparedEvents[],
    bins: EnergyBins | { readonly notDefined: string },
    nullScore: number,
    { samples, seed }: BootstrapOptions,
  ) {
    this.steps = samples;
    this.#seed = seed;
    this.#nullScore = nullScore;
    this.#binsProblem = isDefined(bins) ? undefined : bins;
    const compared = comparisons(background, signals, bins);
    this.#background = compared.background;
    this.#signals = compared.signals;
    const withAreas = (comparison: Comparison | undefined) =>
      comparison && { ...comparison, areas: signals.map(() => new Float64Array(samples).fill(Number.NaN)) };
    this.#within = compared.scores.map((both) => withAreas(both?.within));
    this.#all = compared.scores.map((both) => withAreas(both?.all));
    const most = Math.max(0, ...this.#signals.map(({ rows }) => rows));
    this.#scratch = new CurveScratch(this.#background.rows, most);
    this.#counts = new Uint8Array(Math.max(this.#background.rows, most));
  }

  /** Makes one replica. */
  step(replica: number): void {
    const total = (sample: ResampledSample, stream: number) => {
      const counts = this.#counts.subarray(0, sample.rows);
      poissonCounts(this.#seed, replica, stream, counts);
      return sample.draw(counts);
    };
    const enough = total(this.#background, backgroundStream) > 0;
    // A side without a positive sum of weights has no area, in bins or without.
    const defined = this.#signals.map((sample) => total(sample, signalStream) > 0 && enough);
    for (const comparison of [...this.#all, ...this.#within]) {
      if (comparison !== undefined) this.#compare(comparison, defined, replica);
    }
  }

  #compare(
    { background, signals, areas }: ComparedAreas,
    defined: readonly boolean[],
    replica: number,
  ): void {
    const scratch = this.#scratch;
    const sums = new Float64Array(signals.length);
    const totals = new Float64Array(signals.length);
    for (let group = 0; group + 1 < background.starts.length; group++) {
      const backgroundTotal = scratch.fill(scratch.background, this.#background, background, group);
      for (let i = 0; i < signals.length; i++) {
        const signal = signals[i];
        if (signal === undefined || !defined[i]!) continue;
        const total = scratch.fill(scratch.signal, this.#signals[i]!, signal.order, group);
        if (!(total > 0)) continue;
        const { points } = signal.order;
        const first = points[group]!;
        const area =
          backgroundTotal > 0
            ? resampledArea(
                scratch.signal,
                total,
                scratch.background,
                backgroundTotal,
                signal.placed,
                first,
                points[group + 1]! - first,
              )
            : Number.NaN;
        sums[i]! += total * area;
        totals[i]! += total;
      }
    }
    for (let i = 0; i < signals.length; i++) areas[i]![replica] = sums[i]! / totals[i]!;
  }

  /** AUC within bins (or of all events) in each replica made so far, NaN where not defined. */
  areas(signal: number, score: number, kind: 'within' | 'all'): Float64Array {
    const comparison = (kind === 'within' ? this.#within : this.#all)[score];
    return comparison?.areas[signal] ?? new Float64Array(this.steps).fill(Number.NaN);
  }

  /** The errors, once every replica is made. */
  errors(signal: number, score: number): BootstrapErrors {
    const within = this.areas(signal, score, 'within');
    const reference = this.areas(signal, this.#nullScore, 'within');
    return {
      auc: spread(this.areas(signal, score, 'all')),
      aucWithinBins: this.#binsProblem ?? spread(within),
      difference: this.#binsProblem ?? spread(within.map((area, i) => area - reference[i]!)),
    };
  }
}

/** Standard deviation (n - 1) of the numbers that are not NaN. */
function spread(values: Float64Array): Measured {
  const found = values.filter((value) => !Number.isNaN(value));
  if (values.length < 2) return notDefined(`${values.length} bootstrap samples are fewer than 2`);
  if (found.length < 2 || values.length - found.length > largestUndefinedShare * values.length) {
    return notDefined(
      `not defined in ${values.length - found.length} of ${values.length} bootstrap samples: too few events`,
    );
  }
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const squares = found.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: Math.sqrt(squares / (found.length - 1)) };
}
