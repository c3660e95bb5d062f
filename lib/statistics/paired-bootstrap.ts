import type { EnergyBins } from './energy-bins.js';
import { isDefined, type Measured, notDefined } from './measured.js';
import { backgroundStream, poissonCounts, signalStream } from './poisson-counts.js';
import { CurveScratch, resampledArea } from './resampled-area.js';
import { resampledEfficiency, thresholdProblem } from './resampled-efficiency.js';
import {
  type ComparedEvents,
  type Comparison,
  comparisons,
  type ResampledSample,
} from './score-comparison.js';
import { efficiencyDefaults } from './separation.js';

export interface BootstrapOptions {
  /** Number of replicas; 0 for no errors. */
  readonly samples: number;
  readonly seed: number;
  /** Background efficiencies; those of separation.ts by default. */
  readonly efficiencies?: readonly number[];
}

/** Statistical errors of one signal's figures for one score. */
export interface BootstrapErrors {
  readonly auc: Measured;
  readonly aucWithinBins: Measured;
  /** Error of AUC within bins of this score less that of the null score, in the same replicas. */
  readonly difference: Measured;
  /** By background efficiency, keys as of Separation. */
  readonly signalEfficiency: Readonly<Record<string, Measured>>;
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
  /** Signal efficiencies by signal, background efficiency and replica; of all events only. */
  readonly efficiencies: readonly (readonly Float64Array[])[];
  /** Why there is no error, by background efficiency. */
  readonly problems: readonly ({ readonly notDefined: string } | undefined)[];
}

/**
 * Errors of areas and efficiencies by the Poisson bootstrap, paired: in a replica every event of background and
 * signal counts Poisson(1) times, the same number for every score, and all figures are made anew as areaUnderCurve,
 * areaWithinBins and signalEfficiency (with its threshold) make them, signed weights and monotone curves included;
 * the bins keep their edges. An error
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
  readonly #efficiencies: readonly number[];
  readonly #scratch: CurveScratch;
  readonly #counts: Uint8Array;

  /** `nullScore`: index of the score that the others are compared with. The same scores on both sides. */
  constructor(
    background: ComparedEvents,
    signals: readonly ComparedEvents[],
    bins: EnergyBins | { readonly notDefined: string },
    nullScore: number,
    { samples, seed, efficiencies = efficiencyDefaults }: BootstrapOptions,
  ) {
    this.steps = samples;
    this.#seed = seed;
    this.#nullScore = nullScore;
    this.#efficiencies = efficiencies;
    this.#binsProblem = isDefined(bins) ? undefined : bins;
    const compared = comparisons(background, signals, bins);
    this.#background = compared.background;
    this.#signals = compared.signals;
    const most = Math.max(0, ...this.#signals.map(({ rows }) => rows));
    this.#scratch = new CurveScratch(this.#background.rows, most);
    this.#counts = new Uint8Array(Math.max(this.#background.rows, most)).fill(1);
    this.#background.draw(this.#counts.subarray(0, this.#background.rows));
    const perReplica = () => new Float64Array(samples).fill(Number.NaN);
    this.#within = compared.scores.map(
      (both) => both && { ...both.within, areas: signals.map(perReplica), efficiencies: [], problems: [] },
    );
    this.#all = compared.scores.map(
      (both) =>
        both && {
          ...both.all,
          areas: signals.map(perReplica),
          efficiencies: signals.map(() => efficiencies.map(perReplica)),
          problems: this.#thresholdProblems(both.all),
        },
    );
  }

  /** Of the background as it is: one event each. */
  #thresholdProblems({ background }: Comparison): ComparedAreas['problems'] {
    const sums = this.#scratch.background;
    const total = this.#scratch.fill(sums, this.#background, background, 0);
    if (!(total > 0)) return [];
    const curve = { sums, count: background.points[1]! };
    return this.#efficiencies.map((share) => thresholdProblem(this.#background, background, curve, share));
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
    { background, signals, areas, efficiencies }: ComparedAreas,
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
        if (efficiencies.length > 0 && backgroundTotal > 0) {
          const kept = { sums: scratch.signal, count: points[1]! };
          const from = { sums: scratch.background, count: background.points[1]! };
          efficiencies[i]!.forEach((values, k) => {
            values[replica] = resampledEfficiency(kept, from, signal.placed, this.#efficiencies[k]!);
          });
        }
      }
    }
    for (let i = 0; i < signals.length; i++) areas[i]![replica] = sums[i]! / totals[i]!;
  }

  /** AUC within bins (or of all events) in each replica made so far, NaN where not defined. */
  areas(signal: number, score: number, kind: 'within' | 'all'): Float64Array {
    const comparison = (kind === 'within' ? this.#within : this.#all)[score];
    return comparison?.areas[signal] ?? new Float64Array(this.steps).fill(Number.NaN);
  }

  /** Signal efficiency at the background efficiency of that number, as `areas`. */
  efficiencies(signal: number, score: number, share: number): Float64Array {
    return this.#all[score]?.efficiencies[signal]?.[share] ?? new Float64Array(this.steps).fill(Number.NaN);
  }

  /** The errors, once every replica is made. */
  errors(signal: number, score: number): BootstrapErrors {
    const within = this.areas(signal, score, 'within');
    const reference = this.areas(signal, this.#nullScore, 'within');
    return {
      auc: spread(this.areas(signal, score, 'all')),
      aucWithinBins: this.#binsProblem ?? spread(within),
      difference: this.#binsProblem ?? spread(within.map((area, i) => area - reference[i]!)),
      signalEfficiency: Object.fromEntries(
        this.#efficiencies.map((share, k) => [
          String(share),
          this.#all[score]?.problems[k] ?? spread(this.efficiencies(signal, score, k)),
        ]),
      ),
    };
  }
}

/** The replicas that are not NaN, or why they are too few to go by. */
export function definedReplicas(replicas: Float64Array): Float64Array | { readonly notDefined: string } {
  const found = replicas.filter((value) => !Number.isNaN(value));
  if (replicas.length < 2) return notDefined(`${replicas.length} bootstrap samples are fewer than 2`);
  const missing = replicas.length - found.length;
  return found.length < 2 || missing > largestUndefinedShare * replicas.length
    ? notDefined(`not defined in ${missing} of ${replicas.length} bootstrap samples: too few events`)
    : found;
}

/** Standard deviation (n - 1) of the numbers that are not NaN. */
function spread(values: Float64Array): Measured {
  const found = definedReplicas(values);
  if ('notDefined' in found) return found;
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const squares = found.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: Math.sqrt(squares / (found.length - 1)) };
}
