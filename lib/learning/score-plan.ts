/** A score that one network gives of a row. */
export type NetworkScore = 'error' | 'error_normalised' | 'error_abs';

/** One score with the columns that it fills and everything that its values depend on beside the model. */
export type ScoreSpec =
  | { readonly type: NetworkScore | 'mahalanobis'; readonly column: string }
  | {
      readonly type: 'knn';
      readonly column: string;
      /** Nearest reference events over which the distance is averaged. */
      readonly neighbours: number;
      readonly referenceEvents: number;
      /** How likely a training event comes into the reference. */
      readonly referenceWeighting: 'uniform' | 'abs';
    }
  | {
      readonly type: 'ensemble';
      /** Mean over the members. */
      readonly column: string;
      /** Standard deviation over the members, ddof 0. */
      readonly spread: string;
      readonly of: NetworkScore;
      readonly members: number;
    }
  | {
      readonly type: 'rank_average';
      readonly column: string;
      /** Columns of other scores of the plan. */
      readonly of: readonly string[];
    };

/** What is computed of each row, and what of it is written. */
export interface ScorePlan {
  /** Rank averages come last; `error` is always there: log10_error is made from it. */
  readonly specs: readonly ScoreSpec[];
  /** Column of `error`. */
  readonly error: string;
  /** Columns to write, in their order. */
  readonly written: readonly string[];
}

/** The three scores of one network, as the default configuration writes them. */
export const networkScorePlan: ScorePlan = {
  specs: [
    { type: 'error', column: 'error' },
    { type: 'error_normalised', column: 'error_normalised' },
    { type: 'error_abs', column: 'error_abs' },
  ],
  error: 'error',
  written: ['error', 'error_normalised', 'error_abs'],
};

/** Columns that a score fills. */
export function columnsOfSpec(spec: ScoreSpec): readonly string[] {
  return spec.type === 'ensemble' ? [spec.column, spec.spread] : [spec.column];
}

/** What a plan needs of a model beside its network. */
export interface ScoreNeeds {
  /** Whether rows come with the 15 high-level features. */
  readonly highLevel: boolean;
  /** Reference events of the largest k-nearest-neighbour score; 0 without one. */
  readonly referenceEvents: number;
  readonly referenceWeighting: 'uniform' | 'abs';
  /** Networks in all. */
  readonly members: number;
  /** Scores whose ranks are averaged, in the order of the plan, and the column that is ranked. */
  readonly ranked: readonly { readonly spec: ScoreSpec; readonly column: string }[];
}

export function needsOf({ specs }: ScorePlan): ScoreNeeds {
  const averaged = new Set(specs.flatMap((spec) => (spec.type === 'rank_average' ? spec.of : [])));
  return {
    highLevel: specs.some(({ type }) => type === 'mahalanobis' || type === 'knn'),
    referenceEvents: Math.max(0, ...specs.map((spec) => (spec.type === 'knn' ? spec.referenceEvents : 0))),
    referenceWeighting: specs.find((spec) => spec.type === 'knn')?.referenceWeighting ?? 'uniform',
    members: Math.max(1, ...specs.map((spec) => (spec.type === 'ensemble' ? spec.members : 1))),
    ranked: specs.flatMap((spec) =>
      columnsOfSpec(spec)
        .filter((column) => averaged.has(column))
        .map((column) => ({ spec, column })),
    ),
  };
}

/** Values by column: one entry a row in each. Columns that are not written are there too. */
export type ScoreColumns = Readonly<Record<string, Float64Array>>;

/** Columns of `rows` zeros for everything that a plan computes. */
export function createScoreColumns({ specs }: ScorePlan, rows: number): ScoreColumns {
  const names = specs.flatMap(columnsOfSpec);
  return Object.fromEntries(names.map((name) => [name, new Float64Array(rows)]));
}

/** Copies the first `rows` rows of all columns of `from` to row `at` of `into`. */
export function copyScores(from: ScoreColumns, rows: number, into: ScoreColumns, at: number): void {
  for (const [name, values] of Object.entries(into)) values.set(from[name]!.subarray(0, rows), at);
}
