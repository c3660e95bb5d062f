import { invariant, RmmError } from '../../base/error.js';
import { corrupt, jsonFile, type NamedFile, parseObject, requireFile } from '../files.js';
import { floatsFromLittleEndian, littleEndianFloats } from '../onnx-graph.js';
import { type Covariance, covarianceMatrix } from './covariance.js';
import type { ReferenceSample } from './reference-sample.js';

/** What distances in the space of high-level features need: fitted once, on the training part. */
export interface HighLevelReference {
  readonly names: readonly string[];
  readonly mean: Float64Array;
  /** Standard deviation, 1 for a feature that does not vary. */
  readonly deviation: Float64Array;
  /** Lower Cholesky factor of the covariance of standardised features, columns x columns. */
  readonly factor: Float64Array;
  /** Neighbours that the distance is averaged over. */
  readonly neighbours: number;
  readonly rows: number;
  /** rows x columns, standardised. */
  readonly values: Float32Array;
}

/** Neighbours of docs/physics.md, 5. */
export const usualNeighbours = 10;

/**
 * A direction in which the training events vary by less than this share of a feature's variance counts as
 * varying by so much: the factor of linearly dependent features stays finite.
 */
const pivotFloor = 1e-9;

/**
 * Standardises the sample by the moments of the whole training part.
 * @throws RmmError `reference_too_small` with fewer than neighbours + 1 rows
 */
export function freezeReference(
  names: readonly string[],
  moments: Covariance,
  sample: ReferenceSample,
  neighbours = usualNeighbours,
): HighLevelReference {
  const columns = names.length;
  invariant(
    moments.columns === columns && sample.options.columns === columns,
    'names, moments and sample differ in columns',
  );
  const { rows, values: raw } = sample.result();
  if (rows <= neighbours) {
    throw new RmmError(
      'reference_too_small',
      `${rows} training events are too few to look for ${neighbours} neighbours; expected at least ${neighbours + 1}`,
      { context: { rows, neighbours } },
    );
  }
  const matrix = covarianceMatrix(moments);
  const mean = Float64Array.from(moments.mean);
  const deviation = new Float64Array(columns);
  for (let i = 0; i < columns; i++) {
    const variance = matrix[i * columns + i]!;
    deviation[i] = isVarying(variance, mean[i]!) ? Math.sqrt(variance) : 1;
  }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) matrix[i * columns + j]! /= deviation[i]! * deviation[j]!;
    if (!(matrix[i * columns + i]! > pivotFloor)) matrix[i * columns + i] = 1;
  }
  const values = new Float32Array(raw.length);
  standardise(raw, rows, mean, deviation, values);
  return { names, mean, deviation, factor: cholesky(matrix, columns), neighbours, rows, values };
}

/** Whether a variance is more than what rounding leaves of a constant. */
function isVarying(variance: number, mean: number): boolean {
  return variance > 1e-20 * mean * mean && variance > 0;
}

/** (value - mean) / deviation of `rows` rows, rounded to float32: an event has the same bits as in the reference. */
export function standardise(
  values: Float32Array,
  rows: number,
  mean: Float64Array,
  deviation: Float64Array,
  out: Float32Array,
): void {
  const columns = mean.length;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      out[at] = (values[at]! - mean[column]!) / deviation[column]!;
    }
  }
}

/** L with L L^T = matrix, pivots floored. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] =
        i === j ? Math.sqrt(Math.max(sum, pivotFloor * matrix[i * size + i]!)) : sum / factor[j * size + j]!;
    }
  }
  return factor;
}

export const referenceFileNames = ['high_level.json', 'high_level.bin'] as const;

/**
 * The files of a model folder: high_level.json (names, mean, deviation, factor, neighbours, rows) and
 * high_level.bin (rows x columns float32, little-endian, standardised).
 */
export function referenceFiles(reference: HighLevelReference): NamedFile[] {
  const { names, mean, deviation, factor, neighbours, rows, values } = reference;
  return [
    jsonFile(referenceFileNames[0], {
      names,
      mean: [...mean],
      deviation: [...deviation],
      factor: [...factor],
      neighbours,
      rows,
    }),
    { name: referenceFileNames[1], bytes: littleEndianFloats(values) },
  ];
}

/**
 * Reads what referenceFiles wrote.
 * @param names the features that the caller will compute
 * @throws RmmError `model_corrupt`
 */
export function referenceFromFiles(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
  names: readonly string[],
): HighLevelReference {
  const path = `${where}/${referenceFileNames[0]}`;
  const file = parseObject(requireFile(files, where, referenceFileNames[0]), path);
  const columns = names.length;
  if (JSON.stringify(file.names) !== JSON.stringify(names)) {
    throw corrupt(`${path} is of the features ${JSON.stringify(file.names)}; expected ${names.join(', ')}`);
  }
  const { rows, neighbours } = file;
  if (!isCount(neighbours) || !isCount(rows) || rows <= neighbours) {
    throw corrupt(`${path} has ${rows} rows for ${neighbours} neighbours`);
  }
  const bytes = requireFile(files, where, referenceFileNames[1]);
  if (bytes.length !== 4 * rows * columns) {
    throw corrupt(
      `${where}/${referenceFileNames[1]} is ${bytes.length} bytes long; ${rows} rows of ${columns} features are ${4 * rows * columns}`,
    );
  }
  const values = floatsFromLittleEndian(bytes);
  if (!values.every(Number.isFinite))
    throw corrupt(`${where}/${referenceFileNames[1]} holds no finite number`);
  const mean = numbers(file.mean, columns, `${path} mean`);
  const deviation = numbers(file.deviation, columns, `${path} deviation`);
  const factor = numbers(file.factor, columns * columns, `${path} factor`);
  if (!deviation.every((value) => value > 0)) throw corrupt(`${path} has a deviation that is not positive`);
  for (let i = 0; i < columns; i++) {
    if (!(factor[i * columns + i]! > 0)) throw corrupt(`${path} has a factor that is none of Cholesky's`);
  }
  return { names, mean, deviation, factor, neighbours, rows, values };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1e7;
}

function numbers(value: unknown, count: number, where: string): Float64Array {
  if (!Array.isArray(value) || value.length !== count || !value.every(Number.isFinite)) {
    throw corrupt(`${where} is not a list of ${count} finite numbers`);
  }
  return Float64Array.from(value as number[]);
}
