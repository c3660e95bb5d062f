import { invariant, RmmError } from '../base/error.js';
import type { Moments } from './moments.js';
import { scalerId } from './scaler-json.js';

export type ScalerType = 'standard' | 'minmax';

export interface ScalerOptions {
  readonly type: ScalerType;
  /** How training rows counted in the moments; recorded, not acted on. */
  readonly weights: 'none' | 'abs';
  /** A column is trained only if it is non-zero in at least so many training rows. */
  readonly minFilled: number;
  /**
   * A column varies if its standard deviation is above this share of its largest absolute value. A column
   * filled in k of N rows has about sqrt(k/N) of it, so only rounding noise lies below the default.
   */
  readonly minRelativeStd: number;
  /** `around`: columns that teach nothing bypass the network. `through`: all go through it, as in the thesis. */
  readonly constantColumns: 'around' | 'through';
}

export const defaultScalerOptions: ScalerOptions = {
  type: 'standard',
  weights: 'none',
  minFilled: 100,
  minRelativeStd: 1e-6,
  constantColumns: 'around',
};

/**
 * One frozen scaler: a value v of column c becomes (v - center[c]) / divisor[c].
 *
 * Trained columns have mean and standard deviation (ddof 0), or minimum and range, without clipping. Columns
 * that go around the network have their usual value as centre (their constant; 0 where rarely filled; else
 * the mean), so a usual event adds nothing, and as divisor the median of the trained columns of their kind,
 * or 1 where their kind has none.
 */
export interface Scaler {
  readonly options: ScalerOptions;
  readonly columns: number;
  /** Training rows that the moments were taken over. */
  readonly rows: number;
  readonly kinds: readonly string[];
  /** Ascending dense columns that go through the network. */
  readonly trained: Int32Array;
  readonly center: Float64Array;
  readonly divisor: Float64Array;
  /** Columns with the same value in every training row, for the report. */
  readonly constant: Int32Array;
  /** Kinds without a trained column, whose values go around with the divisor 1. */
  readonly kindsWithoutDivisor: readonly string[];
  /** First 16 hexadecimal digits of the sha256 of the artefact's content. */
  readonly id: string;
}

/**
 * The divisor of a column that is left out: whatever its value, what it adds to an error is below any other part of
 * it. Not the largest number, so that multiplying by it still gives the value back.
 */
export const excludedDivisor = 1e30;

/**
 * Freezes moments into a scaler (decisions.md 1 and 2).
 * @param kinds what each column measures
 * @param excluded columns that go around the network and add nothing to errors
 * @throws RmmError `scaler_no_trained_column` where nothing is left to train on
 */
export function freezeScaler(
  moments: Moments,
  kinds: readonly string[],
  options: ScalerOptions = defaultScalerOptions,
  excluded: ReadonlySet<number> = new Set(),
): Scaler {
  const { columns } = moments;
  invariant(kinds.length === columns, `${kinds.length} kinds for ${columns} columns`);
  const through = options.constantColumns === 'through';
  const center = new Float64Array(columns);
  const divisor = new Float64Array(columns).fill(1);
  const trained: number[] = [];
  const constant: number[] = [];
  for (let column = 0; column < columns; column++) {
    const varies = columnVaries(moments, column, options.minRelativeStd);
    if (moments.minimum[column] === moments.maximum[column]) constant.push(column);
    if (excluded.has(column)) continue;
    if (!through && !(varies && moments.filled[column]! >= options.minFilled)) continue;
    trained.push(column);
    if (options.type === 'standard') {
      center[column] = moments.mean[column]!;
      if (varies) divisor[column] = Math.sqrt(moments.m2[column]! / moments.weight);
    } else {
      center[column] = moments.minimum[column]!;
      if (varies) divisor[column] = moments.maximum[column]! - moments.minimum[column]!;
    }
  }
  if (trained.length === 0 || moments.rows === 0) throw noTrainedColumn(moments, options, excluded.size);

  const kindsWithoutDivisor = new Set<string>();
  const isTrained = new Uint8Array(columns);
  for (const column of trained) isTrained[column] = 1;
  const medians = new Map<string, number | undefined>();
  for (const kind of new Set(kinds)) {
    medians.set(kind, median(trained.filter((column) => kinds[column] === kind).map((c) => divisor[c]!)));
  }
  for (let column = 0; column < columns; column++) {
    if (isTrained[column] !== 0) continue;
    center[column] = usualValue(moments, column, options.minFilled);
    if (excluded.has(column)) {
      divisor[column] = excludedDivisor;
      continue;
    }
    const usual = medians.get(kinds[column]!);
    if (usual === undefined) kindsWithoutDivisor.add(kinds[column]!);
    divisor[column] = usual ?? 1;
  }
  const content = {
    options,
    columns,
    rows: moments.rows,
    kinds,
    trained: Int32Array.from(trained),
    center,
    divisor,
    constant: Int32Array.from(constant),
    kindsWithoutDivisor: [...kindsWithoutDivisor].sort(),
  };
  return { ...content, id: scalerId(content) };
}

function columnVaries(moments: Moments, column: number, minRelativeStd: number): boolean {
  const minimum = moments.minimum[column]!;
  const maximum = moments.maximum[column]!;
  if (!(maximum > minimum) || !(moments.weight > 0)) return false;
  const largest = Math.max(Math.abs(minimum), Math.abs(maximum));
  return Math.sqrt(moments.m2[column]! / moments.weight) > minRelativeStd * largest;
}

function usualValue(moments: Moments, column: number, minFilled: number): number {
  if (moments.minimum[column] === moments.maximum[column]) return moments.minimum[column]!;
  return moments.filled[column]! < minFilled ? 0 : moments.mean[column]!;
}

function noTrainedColumn(moments: Moments, options: ScalerOptions, excluded: number): RmmError {
  const most = moments.filled.reduce((largest, count) => Math.max(largest, count), 0);
  return new RmmError(
    'scaler_no_trained_column',
    `${excluded === 0 ? '' : `${excluded} columns are left out (features.exclude), and of the rest `}none of ${moments.columns} columns is filled in at least ${options.minFilled} of ${moments.rows} training rows and varies (the fullest column has ${most}); give more training events or lower features.min_filled`,
    { context: { rows: moments.rows, min_filled: options.minFilled } },
  );
}

/** The middle value, or the mean of the two middle ones; undefined for an empty list. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
