import { invariant } from '../base/error.js';
import type { QuantileSketch } from '../base/quantile-sketch/quantile-sketch.js';
import type { Scorer } from './backend.js';
import { aroundSums, bindCells, bindRows, expandScaled } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import { type AroundSums, meanAndSpread, networkScore } from './network-scores.js';
import type { ScaledRows } from './scaled-rows.js';
import { columnsOfSpec, type ScoreColumns, type ScorePlan, type ScoreSpec } from './score-plan.js';
import { rankAverage } from './scores/rank-average.js';
import type { SparseRows } from './sparse-rows.js';

/** Rows of a scoring batch: 256 to 1,024 are equally fast, smaller ones pay for calls, larger ones leave the cache. */
export const scoringBatch = 512;

/** Distances of rows from the reference, by the 15 high-level features of each. */
export interface DistanceScorer {
  /** Rows [from, to) of `features` (rows x 15), written from out[at] on. */
  score(features: Float32Array, from: number, to: number, out: Float64Array, at: number): void;
}

/** What a plan's scores are computed with. */
export interface ScoringParts {
  /** The model's network, then the other members of its ensemble. */
  readonly networks: readonly Scorer[];
  /** By column: for every mahalanobis and knn score of the plan. */
  readonly distances?: ReadonlyMap<string, DistanceScorer>;
  /** By column: for everything that a rank average is of. */
  readonly ranks?: ReadonlyMap<string, QuantileSketch>;
}

type SpecOf<Type extends ScoreSpec['type']> = Extract<ScoreSpec, { readonly type: Type }>;

/** Rows to scores, with buffers that are used again for every call. Calls must not overlap. */
export class RowScorer {
  readonly #parts: ScoringParts;
  readonly #expansion: ExpansionPlan;
  readonly #batch: number;
  readonly #plain: readonly SpecOf<'error' | 'error_normalised' | 'error_abs'>[];
  readonly #ensembles: readonly { readonly spec: SpecOf<'ensemble'>; readonly values: Float64Array }[];
  readonly #distances: readonly { readonly column: string; readonly scorer: DistanceScorer }[];
  readonly #averages: readonly {
    readonly spec: SpecOf<'rank_average'>;
    readonly ranks: readonly QuantileSketch[];
  }[];
  readonly #x: Float32Array;
  readonly #around: AroundSums;

  constructor(parts: ScoringParts, expansion: ExpansionPlan, plan: ScorePlan) {
    this.#parts = parts;
    this.#expansion = expansion;
    this.#batch = parts.networks[0]!.batch;
    this.#x = new Float32Array(this.#batch * expansion.width);
    this.#around = { squares: new Float64Array(this.#batch), absolutes: new Float64Array(this.#batch) };
    const all = <Type extends ScoreSpec['type']>(...types: readonly Type[]) =>
      plan.specs.filter((spec): spec is SpecOf<Type> => (types as readonly string[]).includes(spec.type));
    this.#plain = all('error', 'error_normalised', 'error_abs') as never;
    this.#ensembles = all('ensemble').map((spec) => {
      invariant(parts.networks.length >= spec.members, `${spec.column} has fewer networks than members`);
      return { spec, values: new Float64Array(spec.members * this.#batch) };
    });
    this.#distances = all('mahalanobis', 'knn').flatMap((spec) =>
      columnsOfSpec(spec).map((column) => ({ column, scorer: found(parts.distances, column) })),
    );
    this.#averages = all('rank_average').map((spec) => ({
      spec,
      ranks: spec.of.map((column) => found(parts.ranks, column)),
    }));
  }

  /**
   * Scores all rows, in batches cut from row 0 on, the last one zero-padded: a backend's last bits may depend
   * on the shape of a batch, so rows of one source range belong into one call.
   * @param at where in `out` the first row goes
   * @param highLevel rows x 15, where the plan has scores that are made from them
   */
  async score(rows: SparseRows, out: ScoreColumns, at = 0, highLevel?: Float32Array): Promise<void> {
    const bound = bindRows(this.#expansion, rows);
    for (let from = 0; from < rows.rows; from += this.#batch) {
      const to = Math.min(rows.rows, from + this.#batch);
      expandScaled(bound, from, to, this.#x);
      aroundSums(bound, from, to, this.#around.squares, this.#around.absolutes);
      await this.#scoreBatch(this.#around, from, to, out, at, highLevel);
    }
  }

  /** Scores rows that the scaler of the model has scaled: the same bits as `score` on what it scaled. */
  async scoreScaled(rows: ScaledRows, out: ScoreColumns, at = 0, highLevel?: Float32Array): Promise<void> {
    const bound = bindCells(this.#expansion, rows);
    for (let from = 0; from < rows.rows; from += this.#batch) {
      const to = Math.min(rows.rows, from + this.#batch);
      expandScaled(bound, from, to, this.#x);
      const around = {
        squares: rows.squares.subarray(from, to),
        absolutes: rows.absolutes.subarray(from, to),
      };
      await this.#scoreBatch(around, from, to, out, at, highLevel);
    }
  }

  /** @param around of the rows [from, to), which #x holds */
  async #scoreBatch(
    around: AroundSums,
    from: number,
    to: number,
    out: ScoreColumns,
    start: number,
    highLevel: Float32Array | undefined,
  ): Promise<void> {
    const at = start + from;
    const count = to - from;
    await this.#throughNetworks(around, count, out, at);
    for (const { column, scorer } of this.#distances) {
      invariant(highLevel !== undefined, `${column} is made from features that the rows came without`);
      scorer.score(highLevel, from, to, out[column]!, at);
    }
    for (const { spec, ranks } of this.#averages) {
      const scores = spec.of.map((column) => out[column]!.subarray(at, at + count));
      rankAverage(scores, ranks, count, out[spec.column]!, at);
    }
  }

  async #throughNetworks(around: AroundSums, count: number, out: ScoreColumns, at: number): Promise<void> {
    const { columns } = this.#expansion.scaler;
    for (const [member, network] of this.#parts.networks.entries()) {
      const sums = await network.score(this.#x);
      if (member === 0)
        for (const { type, column } of this.#plain)
          networkScore(type, sums, around, count, columns, out[column]!, at);
      for (const { spec, values } of this.#ensembles)
        if (member < spec.members)
          networkScore(spec.of, sums, around, count, columns, values, member * this.#batch);
    }
    for (const { spec, values } of this.#ensembles)
      meanAndSpread(values, spec.members, this.#batch, count, out[spec.column]!, out[spec.spread]!, at);
  }
}

function found<Value>(parts: ReadonlyMap<string, Value> | undefined, column: string): Value {
  const part = parts?.get(column);
  invariant(part !== undefined, `nothing is there to make ${column} with`);
  return part;
}
