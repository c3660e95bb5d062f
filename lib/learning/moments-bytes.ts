import { RmmError } from '../base/error.js';
import { emptyMoments, type Moments } from './moments.js';

const magic = 0x314d4d52; // "RMM1"
const headerBytes = 24;
const bytesPerColumn = 5 * 8;

/**
 * Moments as bytes, bit for bit, little-endian: "RMM1", uint32 columns, float64 rows and weight, a bit for
 * each column that differs from all-zero, then mean, m2, filled, minimum, maximum of those columns.
 */
export function momentsToBytes(moments: Moments): Uint8Array {
  const { columns } = moments;
  const bitmap = new Uint8Array(Math.ceil(columns / 8));
  let stored = 0;
  if (moments.rows > 0) {
    for (let column = 0; column < columns; column++) {
      if (isZero(moments, column)) continue;
      bitmap[column >> 3]! |= 1 << (column & 7);
      stored += 1;
    }
  }
  const bytes = new Uint8Array(headerBytes + bitmap.length + stored * bytesPerColumn);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, columns, true);
  view.setFloat64(8, moments.rows, true);
  view.setFloat64(16, moments.weight, true);
  bytes.set(bitmap, headerBytes);
  let position = headerBytes + bitmap.length;
  for (let column = 0; column < columns; column++) {
    if ((bitmap[column >> 3]! & (1 << (column & 7))) === 0) continue;
    for (const values of fields(moments)) {
      view.setFloat64(position, values[column]!, true);
      position += 8;
    }
  }
  return bytes;
}

/**
 * Reads what momentsToBytes wrote.
 * @param expected columns that they have to have: a few bytes of a stranger could stand for very many
 * @throws RmmError `model_corrupt` where the length or the header does not fit
 */
export function momentsFromBytes(bytes: Uint8Array, expected?: number): Moments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes || view.getUint32(0, true) !== magic) {
    throw corrupt(`they do not start with the mark RMM1 (${bytes.length} bytes)`);
  }
  const columns = view.getUint32(4, true);
  if (expected !== undefined && columns !== expected)
    throw corrupt(`they are of ${columns} columns, expected ${expected}`);
  const bitmapBytes = Math.ceil(columns / 8);
  if (bytes.length < headerBytes + bitmapBytes) throw corrupt(`they end within the column bitmap`);
  let stored = 0;
  for (let column = 0; column < columns; column++) stored += bit(bytes, column);
  const length = headerBytes + bitmapBytes + stored * bytesPerColumn;
  if (bytes.length !== length) throw corrupt(`they are ${bytes.length} bytes long, expected ${length}`);
  const rows = view.getFloat64(8, true);
  const weight = view.getFloat64(16, true);
  const result: Moments = { ...emptyMoments(columns), rows, weight };
  if (rows > 0) {
    result.minimum.fill(0);
    result.maximum.fill(0);
  }
  let position = headerBytes + bitmapBytes;
  for (let column = 0; column < columns; column++) {
    if (bit(bytes, column) === 0) continue;
    for (const values of fields(result)) {
      values[column] = view.getFloat64(position, true);
      position += 8;
    }
  }
  return result;
}

function fields(moments: Moments): Float64Array[] {
  return [moments.mean, moments.m2, moments.filled, moments.minimum, moments.maximum];
}

function isZero(moments: Moments, column: number): boolean {
  return fields(moments).every((values) => values[column] === 0);
}

function bit(bytes: Uint8Array, column: number): number {
  return (bytes[headerBytes + (column >> 3)]! >> (column & 7)) & 1;
}

function corrupt(what: string): RmmError {
  return new RmmError('model_corrupt', `these bytes are not scaler moments: ${what}`);
}
