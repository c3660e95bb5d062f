/** Numbers of the Parquet format, from parquet.thrift of apache/parquet-format 2.11. */
export const magic = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

export const physicalType = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, byteArray: 6 } as const;
export type PhysicalType = (typeof physicalType)[keyof typeof physicalType];

export const encodingCode = { plain: 0, rle: 3, delta: 5, dictionary: 8, byteStreamSplit: 9 } as const;
export type EncodingCode = (typeof encodingCode)[keyof typeof encodingCode];

export const codecCode = { none: 0, zstd: 6 } as const;
export type Codec = keyof typeof codecCode;

export const pageType = { data: 0, dictionary: 2 } as const;
export const repetition = { required: 0, optional: 1, repeated: 2 } as const;
export const convertedType = { utf8: 0, list: 3, int16: 16 } as const;
export const logicalType = { string: 1, list: 3, integer: 10 } as const;
