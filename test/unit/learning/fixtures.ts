import { initialState } from '../../../lib/learning/backend.js';
import type { TrainingBucket, TrainingRows } from '../../../lib/learning/batches.js';
import { type ExpansionPlan, planExpansion } from '../../../lib/learning/expansion-plan.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { rowMoments } from '../../../lib/learning/moments.js';
import { type Activation, buildNetwork, type Network } from '../../../lib/learning/network.js';
import { Random } from '../../../lib/learning/random.js';
import { defaultScalerOptions, freezeScaler, type Scaler } from '../../../lib/learning/scaler.js';
import type { SparseRows } from '../../../lib/learning/sparse-rows.js';

export const leaky: Activation = { type: 'leakyrelu', slope: 0.3 };
export const tanh: Activation = { type: 'tanh' };

/** Rows like those of a matrix: a few patterns of growing size, exponential values, weights of both signs. */
export function makeRows(seed: number, count: number, columns: number, patternCount = 5): TrainingRows {
  const random = new Random('fixture', [seed]);
  const patterns = Array.from({ length: patternCount }, (_, index) => {
    const kept: number[] = [];
    for (let column = 0; column < columns; column++) {
      if (column === 0 || random.unit() < (index + 1) / (patternCount + 1)) kept.push(column);
    }
    return Int32Array.from(kept);
  });
  const pattern = Int32Array.from({ length: count }, () => random.below(patternCount));
  const offsets = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) offsets[row + 1] = offsets[row]! + patterns[pattern[row]!]!.length;
  const values = Float32Array.from({ length: offsets[count]! }, () => -Math.log(1 - random.unit()));
  const weights = Float64Array.from({ length: count }, () => 2 * random.unit() - 0.3);
  return { rows: { rows: count, columns, pattern, patterns, offsets, values }, weights };
}

/** Rows first..last as rows of their own. */
export function sliceRows(data: TrainingRows, first: number, last: number): TrainingRows {
  const { rows } = data;
  const start = rows.offsets[first]!;
  return {
    rows: {
      rows: last - first,
      columns: rows.columns,
      pattern: rows.pattern.slice(first, last),
      patterns: rows.patterns,
      offsets: rows.offsets.slice(first, last + 1).map((offset) => offset - start),
      values: rows.values.slice(start, rows.offsets[last]!),
    },
    weights: data.weights.slice(first, last),
    ...(data.channels === undefined ? {} : { channels: data.channels.slice(first, last) }),
  };
}

export function toDense(rows: SparseRows): Float64Array[] {
  return Array.from({ length: rows.rows }, (_, row) => {
    const dense = new Float64Array(rows.columns);
    const columns = rows.patterns[rows.pattern[row]!]!;
    columns.forEach((column, index) => {
      dense[column] = rows.values[rows.offsets[row]! + index]!;
    });
    return dense;
  });
}

/** Dense rows as sparse ones with a single pattern of all columns. */
export function fromDense(dense: readonly (readonly number[])[], columns: number): SparseRows {
  return {
    rows: dense.length,
    columns,
    pattern: new Int32Array(dense.length),
    patterns: [Int32Array.from({ length: columns }, (_, column) => column)],
    offsets: Int32Array.from({ length: dense.length + 1 }, (_, row) => row * columns),
    values: Float32Array.from(dense.flat()),
  };
}

export function scalerOf(data: TrainingRows, minFilled = 10): Scaler {
  const kinds = Array.from({ length: data.rows.columns }, () => 'gev');
  return freezeScaler(rowMoments(data.rows), kinds, { ...defaultScalerOptions, minFilled });
}

export function bucketOf(data: TrainingRows): TrainingBucket {
  return { rows: data.rows.rows, load: () => data };
}

/** A small autoencoder over the trained columns of `data`, ready to train. */
export function smallSetup(data: TrainingRows): {
  scaler: Scaler;
  plan: ExpansionPlan;
  network: Network;
  start: ReturnType<typeof initialState>;
} {
  const scaler = scalerOf(data);
  const plan = planExpansion(scaler);
  const network = buildNetwork(
    {
      name: 'small',
      inputActivation: tanh,
      layers: [
        { units: 7, activation: leaky },
        { units: 'columns', activation: leaky },
      ],
    },
    plan.width,
  );
  return { scaler, plan, network, start: initialState(initialParameters(network, 1)) };
}
