import { createHash } from 'node:crypto';
import { RmmError } from '../base/error.js';
import type { Scaler, ScalerType } from './scaler.js';

/** What scaler.json holds, in this order of keys. Numbers are float64 and survive JSON exactly. */
export interface ScalerFile {
  readonly format: 'rmmstream-scaler';
  readonly version: 1;
  readonly id: string;
  readonly type: ScalerType;
  readonly weights: 'none' | 'abs';
  readonly min_filled: number;
  readonly constant_columns: 'around' | 'through';
  readonly min_relative_std: number;
  readonly rows: number;
  readonly columns: number;
  readonly trained: readonly number[];
  readonly constant: readonly number[];
  readonly kinds_without_divisor: readonly string[];
  readonly kinds: readonly string[];
  readonly center: readonly number[];
  readonly divisor: readonly number[];
}

function fileContent(scaler: Omit<Scaler, 'id'>): Omit<ScalerFile, 'id'> {
  const { options } = scaler;
  return {
    format: 'rmmstream-scaler',
    version: 1,
    type: options.type,
    weights: options.weights,
    min_filled: options.minFilled,
    constant_columns: options.constantColumns,
    min_relative_std: options.minRelativeStd,
    rows: scaler.rows,
    columns: scaler.columns,
    trained: [...scaler.trained],
    constant: [...scaler.constant],
    kinds_without_divisor: scaler.kindsWithoutDivisor,
    kinds: scaler.kinds,
    center: [...scaler.center],
    divisor: [...scaler.divisor],
  };
}

/** First 16 hexadecimal digits of the sha256 of what scaler.json holds beside the id. */
export function scalerId(scaler: Omit<Scaler, 'id'>): string {
  return createHash('sha256')
    .update(JSON.stringify(fileContent(scaler)))
    .digest('hex')
    .slice(0, 16);
}

/** The scaler as the text of scaler.json. */
export function scalerToJson(scaler: Scaler): string {
  return `${JSON.stringify({ id: scaler.id, ...fileContent(scaler) }, null, 1)}\n`;
}

/**
 * Reads scaler.json.
 * @param where named in messages, usually the path
 * @throws RmmError `model_corrupt` or `model_version_unsupported`
 */
export function scalerFromJson(text: string, where = 'scaler.json'): Scaler {
  let file: ScalerFile;
  try {
    file = JSON.parse(text) as ScalerFile;
  } catch (cause) {
    throw new RmmError('model_corrupt', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (file?.format !== 'rmmstream-scaler') {
    throw new RmmError('model_corrupt', `${where} is not a scaler: "format" is not "rmmstream-scaler"`);
  }
  if (file.version !== 1) {
    throw new RmmError(
      'model_version_unsupported',
      `${where} has version ${String(file.version)}; expected 1`,
    );
  }
  const lists = [file.kinds, file.center, file.divisor];
  if (!lists.every((list) => Array.isArray(list) && list.length === file.columns)) {
    throw new RmmError(
      'model_corrupt',
      `${where}: kinds, center and divisor must each hold ${file.columns} values`,
    );
  }
  const content = {
    options: {
      type: file.type,
      weights: file.weights,
      minFilled: file.min_filled,
      minRelativeStd: file.min_relative_std,
      constantColumns: file.constant_columns,
    },
    columns: file.columns,
    rows: file.rows,
    kinds: file.kinds,
    trained: Int32Array.from(file.trained ?? []),
    center: Float64Array.from(file.center),
    divisor: Float64Array.from(file.divisor),
    constant: Int32Array.from(file.constant ?? []),
    kindsWithoutDivisor: file.kinds_without_divisor ?? [],
  };
  const id = scalerId(content);
  if (id !== file.id) {
    throw new RmmError(
      'model_corrupt',
      `${where} says its id is ${String(file.id)}, but its content gives ${id}`,
    );
  }
  return { ...content, id };
}
