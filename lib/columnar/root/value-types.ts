import type { NumberArray, ScalarType } from './types.js';

/** Bytes of one value. */
export const valueSize: Readonly<Record<ScalarType, 1 | 2 | 4 | 8>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

/** A typed array of `type` over `buffer`, `count` values from its start. */
export function arrayOver(type: ScalarType, buffer: ArrayBuffer, count: number): NumberArray {
  switch (type) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(buffer, 0, count);
    case 'int8':
      return new Int8Array(buffer, 0, count);
    case 'int16':
      return new Int16Array(buffer, 0, count);
    case 'uint16':
      return new Uint16Array(buffer, 0, count);
    case 'int32':
      return new Int32Array(buffer, 0, count);
    case 'uint32':
      return new Uint32Array(buffer, 0, count);
    case 'int64':
      return new BigInt64Array(buffer, 0, count);
    case 'uint64':
      return new BigUint64Array(buffer, 0, count);
    case 'float32':
      return new Float32Array(buffer, 0, count);
    case 'float64':
      return new Float64Array(buffer, 0, count);
  }
}

/** C++ number types as they stand in class names, and ours. Double32_t and Float16_t are packed and not here. */
export const cppTypes: ReadonlyMap<string, ScalarType> = new Map<string, ScalarType>([
  ['bool', 'bool'],
  ['Bool_t', 'bool'],
  ['char', 'int8'],
  ['signed char', 'int8'],
  ['Char_t', 'int8'],
  ['int8_t', 'int8'],
  ['unsigned char', 'uint8'],
  ['UChar_t', 'uint8'],
  ['uint8_t', 'uint8'],
  ['short', 'int16'],
  ['Short_t', 'int16'],
  ['int16_t', 'int16'],
  ['unsigned short', 'uint16'],
  ['UShort_t', 'uint16'],
  ['uint16_t', 'uint16'],
  ['int', 'int32'],
  ['Int_t', 'int32'],
  ['int32_t', 'int32'],
  ['unsigned int', 'uint32'],
  ['unsigned', 'uint32'],
  ['UInt_t', 'uint32'],
  ['uint32_t', 'uint32'],
  ['long', 'int64'],
  ['Long_t', 'int64'],
  ['long long', 'int64'],
  ['Long64_t', 'int64'],
  ['int64_t', 'int64'],
  ['unsigned long', 'uint64'],
  ['ULong_t', 'uint64'],
  ['unsigned long long', 'uint64'],
  ['ULong64_t', 'uint64'],
  ['uint64_t', 'uint64'],
  ['float', 'float32'],
  ['Float_t', 'float32'],
  ['double', 'float64'],
  ['Double_t', 'float64'],
]);

/** TStreamerInfo's codes of numbers that are stored as themselves. */
export const streamerTypes: ReadonlyMap<number, ScalarType> = new Map<number, ScalarType>([
  [1, 'int8'],
  [2, 'int16'],
  [3, 'int32'],
  [4, 'int64'],
  [5, 'float32'],
  [8, 'float64'],
  [10, 'int8'],
  [11, 'uint8'],
  [12, 'uint16'],
  [13, 'uint32'],
  [14, 'uint64'],
  [15, 'uint32'],
  [16, 'int64'],
  [17, 'uint64'],
  [18, 'bool'],
]);

/** C++ names of our types, as uproot prints them. */
export const typeNames: Readonly<Record<ScalarType, string>> = {
  bool: 'bool',
  int8: 'int8_t',
  uint8: 'uint8_t',
  int16: 'int16_t',
  uint16: 'uint16_t',
  int32: 'int32_t',
  uint32: 'uint32_t',
  int64: 'int64_t',
  uint64: 'uint64_t',
  float32: 'float',
  float64: 'double',
};
