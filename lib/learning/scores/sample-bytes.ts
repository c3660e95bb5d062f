import { corrupt } from '../files.js';
import { ReferenceSample, type ReferenceSampleOptions } from './reference-sample.js';

interface Head extends ReferenceSampleOptions {
  readonly rows: number;
  readonly offered: number;
  /** Sorted, each once. */
  readonly sources: readonly string[];
}

/** Before a row's values: key, entry, number of its source. */
const rowHead = 20;

/**
 * A sample as bytes, equal for equal samples: a line of JSON with options, counts and sources, then for each row
 * float64 key, int64 entry, int32 source and the float32 values, little-endian.
 */
export function sampleToBytes(sample: ReferenceSample): Uint8Array {
  const rows = sample.entries();
  const sources = [...new Set(rows.map(({ source }) => source))].sort();
  const numbers = new Map(sources.map((source, number) => [source, number]));
  const head: Head = { ...sample.options, rows: rows.length, offered: sample.offered, sources };
  const line = Buffer.from(`${JSON.stringify(head)}\n`, 'utf8');
  const stride = rowHead + 4 * sample.options.columns;
  const bytes = new Uint8Array(line.length + rows.length * stride);
  bytes.set(line);
  const view = new DataView(bytes.buffer);
  let at = line.length;
  for (const { key, source, entry, values } of rows) {
    view.setFloat64(at, key, true);
    view.setBigInt64(at + 8, entry, true);
    view.setInt32(at + 16, numbers.get(source)!, true);
    for (let column = 0; column < values.length; column++) {
      view.setFloat32(at + rowHead + 4 * column, values[column]!, true);
    }
    at += stride;
  }
  return bytes;
}

/**
 * Reads what sampleToBytes wrote.
 * @param where what the bytes are of, for messages
 * @throws RmmError `model_corrupt`
 */
export function sampleFromBytes(bytes: Uint8Array, where: string): ReferenceSample {
  const start = bytes.indexOf(10) + 1;
  const { rows, offered, sources, ...options } = parseHead(bytes.subarray(0, start), where);
  const stride = rowHead + 4 * options.columns;
  if (bytes.length !== start + rows * stride) {
    throw corrupt(`${where} is ${bytes.length} bytes long; ${rows} rows need ${start + rows * stride}`);
  }
  const sample = new ReferenceSample(options);
  sample.offered = offered;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(options.columns);
  for (let row = 0, at = start; row < rows; row++, at += stride) {
    const source = sources[view.getInt32(at + 16, true)];
    if (source === undefined) throw corrupt(`${where}: row ${row} is of an unknown source`);
    for (let column = 0; column < values.length; column++) {
      values[column] = view.getFloat32(at + rowHead + 4 * column, true);
    }
    sample.take({ key: view.getFloat64(at, true), source, entry: view.getBigInt64(at + 8, true), values });
  }
  return sample;
}

function parseHead(line: Uint8Array, where: string): Head {
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(Buffer.from(line).toString('utf8')) as Partial<Head> | null;
  } catch (cause) {
    throw corrupt(`${where} does not start with a line of JSON: ${(cause as Error).message}`);
  }
  const { size, columns, weighting, seed, rows, offered, sources } = head ?? {};
  const isCount = (value: unknown, least: number, most: number) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  if (
    !isCount(size, 1, 1e7) ||
    !isCount(columns, 1, 1e4) ||
    !isCount(rows, 0, size as number) ||
    !isCount(offered, 0, Number.MAX_SAFE_INTEGER) ||
    !isCount(seed, 0, 2 ** 32 - 1) ||
    !(weighting === 'uniform' || weighting === 'abs') ||
    !(Array.isArray(sources) && sources.every((source) => typeof source === 'string'))
  ) {
    throw corrupt(`${where} has a first line that is none of a reference sample`);
  }
  return head as Head;
}
