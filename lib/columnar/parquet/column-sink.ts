import type { FileMetaData } from 'hyparquet';
import { RmmError } from '../../base/error.js';

export type ReadNumbers = Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A column of numbers; a null is NaN (only float and double columns may hold nulls). */
export interface ReadNumberColumn {
  readonly type: 'int16' | 'int32' | 'int64' | 'float' | 'double';
  readonly data: ReadNumbers;
}

/** A column of strings, as codes into the strings in the order in which they first occur. */
export interface ReadStringColumn {
  readonly type: 'dictionary';
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** A column of truth values, as bytes of 0 and 1. */
export interface ReadBooleanColumn {
  readonly type: 'boolean';
  readonly flags: Uint8Array;
}

export type ReadColumn = ReadNumberColumn | ReadStringColumn | ReadBooleanColumn;

/** Takes the values of one column piece by piece. */
export interface Sink {
  take(values: ArrayLike<unknown>, start: number, end: number): void;
  finish(): ReadColumn;
}

/** @throws parquet_column_missing, parquet_unsupported */
export function newSink(path: string, metadata: FileMetaData, name: string, rows: number): Sink {
  const place = metadata.schema.findIndex((element, i) => i > 0 && element.name === name);
  const element = metadata.schema[place];
  if (element === undefined || place < 0) {
    const known = metadata.schema.slice(1).map((other) => other.name);
    throw new RmmError(
      'parquet_column_missing',
      `${path} has no column "${name}"; it has ${known.join(', ')}`,
      {
        context: { path, column: name },
      },
    );
  }
  switch (element.num_children ? undefined : element.type) {
    case 'INT32':
      return element.converted_type === 'INT_16'
        ? numberSink(path, name, 'int16', new Int16Array(rows))
        : numberSink(path, name, 'int32', new Int32Array(rows));
    case 'INT64':
      return numberSink(path, name, 'int64', new BigInt64Array(rows));
    case 'FLOAT':
      return numberSink(path, name, 'float', new Float32Array(rows));
    case 'DOUBLE':
      return numberSink(path, name, 'double', new Float64Array(rows));
    case 'BOOLEAN':
      return booleanSink(path, name, rows);
    case 'BYTE_ARRAY':
      return stringSink(path, name, rows);
    default:
      throw new RmmError(
        'parquet_unsupported',
        `${path}: column "${name}" is neither numbers, truth values nor strings of one value a row`,
        { context: { path, column: name } },
      );
  }
}

function numberSink(path: string, name: string, type: ReadNumberColumn['type'], data: ReadNumbers): Sink {
  let filled = 0;
  const floats = data instanceof Float32Array || data instanceof Float64Array;
  return {
    take(values, start, end) {
      if (end - start !== values.length || end > data.length) throw misplaced(path, name);
      filled += values.length;
      // Chunks without nulls are typed arrays, copied as a block.
      if (ArrayBuffer.isView(values)) (data as { set(from: unknown, at: number): void }).set(values, start);
      else {
        for (let i = 0; i < values.length; i++) {
          const value = values[i] as number | bigint | null | undefined;
          if (value !== null && value !== undefined) data[start + i] = value;
          else if (floats) data[start + i] = Number.NaN;
          else
            throw new RmmError(
              'parquet_unsupported',
              `${path}: column "${name}" of whole numbers holds nulls`,
            );
        }
      }
    },
    finish() {
      if (filled !== data.length) throw misplaced(path, name);
      return { type, data };
    },
  };
}

function booleanSink(path: string, name: string, rows: number): Sink {
  const flags = new Uint8Array(rows);
  let filled = 0;
  return {
    take(values, start, end) {
      if (end - start !== values.length || end > rows) throw misplaced(path, name);
      filled += values.length;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (typeof value !== 'boolean')
          throw new RmmError('parquet_unsupported', `${path}: column "${name}" of truth values holds nulls`);
        flags[start + i] = value ? 1 : 0;
      }
    },
    finish() {
      if (filled !== rows) throw misplaced(path, name);
      return { type: 'boolean', flags };
    },
  };
}

function stringSink(path: string, name: string, rows: number): Sink {
  const codes = new Int32Array(rows);
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  let filled = 0;
  let last = '';
  let lastCode = -1;
  return {
    take(values, start, end) {
      if (end - start !== values.length || end > rows) throw misplaced(path, name);
      filled += values.length;
      for (let i = 0; i < values.length; i++) {
        const text = values[i];
        if (typeof text !== 'string') {
          throw new RmmError(
            'parquet_unsupported',
            `${path}: column "${name}" holds something else than strings`,
          );
        }
        if (text !== last || lastCode < 0) {
          last = text;
          lastCode = known.get(text) ?? dictionary.length;
          if (lastCode === dictionary.length) {
            known.set(text, lastCode);
            dictionary.push(text);
          }
        }
        codes[start + i] = lastCode;
      }
    },
    finish() {
      if (filled !== rows) throw misplaced(path, name);
      return { type: 'dictionary', codes, dictionary };
    },
  };
}

function misplaced(path: string, name: string): RmmError {
  return corrupt(path, `has pages of column "${name}" that do not add up to its rows`);
}

export function corrupt(path: string, problem: string, cause?: unknown): RmmError {
  return new RmmError('parquet_corrupt', `${path} ${problem}`, {
    context: { path },
    ...(cause !== undefined && { cause }),
  });
}
