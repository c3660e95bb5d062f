import {
  type DataType,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
} from 'apache-arrow';
import type { NumberArray } from './batch.js';

/** The Arrow type of a typed array. */
export function arrowType(data: NumberArray): DataType {
  if (data instanceof Float32Array) return new Float32();
  if (data instanceof Float64Array) return new Float64();
  if (data instanceof Int32Array) return new Int32();
  if (data instanceof BigInt64Array) return new Int64();
  if (data instanceof Uint8Array) return new Uint8();
  if (data instanceof Int16Array) return new Int16();
  if (data instanceof Uint32Array) return new Uint32();
  if (data instanceof BigUint64Array) return new Uint64();
  return data instanceof Uint16Array ? new Uint16() : new Int8();
}
