import { packageVersion } from '../../base/package-root.js';
import { isNullable, type ParquetColumn, type ParquetColumnType } from './column.js';
import type { ChunkMetadata } from './encode-chunk.js';
import { codecCode, convertedType, logicalType, physicalType, repetition } from './format.js';
import { ThriftWriter } from './thrift-writer.js';

/** What a column is in the schema; the same for every row group of a file. */
export interface FieldSchema {
  readonly name: string;
  readonly type: ParquetColumnType;
  readonly nullable: boolean;
}

export interface RowGroupMetadata {
  readonly rows: number;
  readonly chunks: readonly ChunkMetadata[];
}

export function fieldOf(column: ParquetColumn): FieldSchema {
  return { name: column.name, type: column.type, nullable: isNullable(column) };
}

/** The footer: FileMetaData in Thrift, its length, and the magic that closes the file is the caller's. */
export function encodeFooter(
  fields: readonly FieldSchema[],
  groups: readonly RowGroupMetadata[],
  keyValueMetadata: Readonly<Record<string, string>>,
): Uint8Array {
  const thrift = new ThriftWriter();
  const elements = [{ root: fields.length }, ...fields.flatMap(schemaElements)];
  thrift.i32(1, 2);
  thrift.structList(2, elements, (element) => writeElement(thrift, element));
  thrift.i64(
    3,
    groups.reduce((sum, group) => sum + group.rows, 0),
  );
  thrift.structList(4, groups, (group, index) => writeRowGroup(thrift, group, index));
  const entries = Object.entries(keyValueMetadata);
  if (entries.length > 0) {
    thrift.structList(5, entries, ([key, value]) => {
      thrift.binary(1, key);
      thrift.binary(2, value);
    });
  }
  thrift.binary(6, `rmmstream version ${packageVersion}`);
  // Without a declared order readers must not trust min and max.
  thrift.structList(7, fields, () => thrift.struct(1, () => {}));
  thrift.stop();
  return thrift.sink.copy();
}

type SchemaElement =
  | { readonly root: number }
  | { readonly group: string; readonly repetition: number; readonly list: boolean }
  | { readonly leaf: string; readonly type: ParquetColumnType; readonly repetition: number };

function schemaElements(field: FieldSchema): SchemaElement[] {
  if (field.type === 'list<int32>' || field.type === 'list<float>') {
    return [
      { group: field.name, repetition: repetition.required, list: true },
      { group: 'list', repetition: repetition.repeated, list: false },
      { leaf: 'element', type: field.type, repetition: repetition.required },
    ];
  }
  const repeated = field.nullable ? repetition.optional : repetition.required;
  return [{ leaf: field.name, type: field.type, repetition: repeated }];
}

function writeElement(thrift: ThriftWriter, element: SchemaElement): void {
  if ('root' in element) {
    thrift.binary(4, 'schema');
    thrift.i32(5, element.root);
  } else if ('group' in element) {
    thrift.i32(3, element.repetition);
    thrift.binary(4, element.group);
    thrift.i32(5, 1);
    if (element.list) {
      thrift.i32(6, convertedType.list);
      thrift.struct(10, () => thrift.struct(logicalType.list, () => {}));
    }
  } else {
    thrift.i32(1, leafType(element.type));
    thrift.i32(3, element.repetition);
    thrift.binary(4, element.leaf);
    if (element.type === 'dictionary') {
      thrift.i32(6, convertedType.utf8);
      thrift.struct(10, () => thrift.struct(logicalType.string, () => {}));
    } else if (element.type === 'int16') {
      thrift.i32(6, convertedType.int16);
      thrift.struct(10, () =>
        thrift.struct(logicalType.integer, () => {
          thrift.i8(1, 16);
          thrift.boolean(2, true);
        }),
      );
    }
  }
}

function leafType(type: ParquetColumnType): number {
  if (type === 'dictionary') return physicalType.byteArray;
  if (type === 'int16' || type === 'list<int32>') return physicalType.int32;
  return type === 'list<float>' ? physicalType.float : physicalType[type];
}

function writeRowGroup(thrift: ThriftWriter, group: RowGroupMetadata, index: number): void {
  const { chunks } = group;
  thrift.structList(1, chunks, (chunk) => {
    thrift.i64(2, 0);
    thrift.struct(3, () => writeChunk(thrift, chunk));
  });
  thrift.i64(
    2,
    chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
  );
  thrift.i64(3, group.rows);
  if (chunks.length > 0) thrift.i64(5, chunks[0]!.dictionaryOffset ?? chunks[0]!.dataOffset);
  thrift.i64(
    6,
    chunks.reduce((sum, chunk) => sum + chunk.compressedBytes, 0),
  );
  // An ordinal has 16 bits; files with more groups leave it out.
  if (index < 32768) thrift.i16(7, index);
}

function writeChunk(thrift: ThriftWriter, chunk: ChunkMetadata): void {
  thrift.i32(1, chunk.type);
  thrift.i32List(2, chunk.encodings);
  thrift.binaryList(3, chunk.path);
  thrift.i32(4, codecCode[chunk.codec]);
  thrift.i64(5, chunk.values);
  thrift.i64(6, chunk.uncompressedBytes);
  thrift.i64(7, chunk.compressedBytes);
  thrift.i64(9, chunk.dataOffset);
  if (chunk.dictionaryOffset !== undefined) thrift.i64(11, chunk.dictionaryOffset);
  thrift.struct(12, () => {
    thrift.i64(3, chunk.nulls);
    if (chunk.max && chunk.min) {
      thrift.binary(5, chunk.max);
      thrift.binary(6, chunk.min);
    }
  });
}
