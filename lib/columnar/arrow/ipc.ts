import { FlatProblem, FlatTable } from './flat-table.js';

/** Kinds of Arrow messages, by their number in the metadata. */
export const messageKind = { schema: 1, dictionary: 2, batch: 3 } as const;

/** A message of an Arrow IPC stream. */
export interface IpcMessage {
  readonly kind: number;
  readonly header: FlatTable;
  readonly metadata: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Where the next message begins. */
  readonly end: number;
}

/** The message at byte `at` of `stream`. @throws FlatProblem */
export function messageAt(stream: Uint8Array, at: number): IpcMessage {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (at + 8 > stream.length || view.getUint32(at, true) !== 0xffffffff)
    throw new FlatProblem(`no message begins at byte ${at}`);
  const length = view.getUint32(at + 4, true);
  const start = at + 8 + length;
  if (length === 0 || start > stream.length) throw new FlatProblem(`the message at byte ${at} has no end`);
  const message = FlatTable.root(stream.subarray(at + 8, start));
  const header = message.table(2);
  const bodyBytes = message.count(3);
  if (header === undefined || start + bodyBytes > stream.length)
    throw new FlatProblem(`the message at byte ${at} lacks a part`);
  return {
    kind: message.byte(1),
    header,
    metadata: keyValues(message, 4),
    body: stream.subarray(start, start + bodyBytes),
    end: start + bodyBytes,
  };
}

function keyValues(table: FlatTable, field: number): Map<string, string> {
  return new Map(table.tables(field).map((entry) => [entry.text(0) ?? '', entry.text(1) ?? '']));
}

/** The Arrow types that batches of ours have. */
export type IpcType =
  | { readonly kind: 'number'; readonly name: NumberName }
  | { readonly kind: 'boolean' | 'text' | 'list' | 'struct' }
  | { readonly kind: 'fixed'; readonly width: number }
  | { readonly kind: 'other'; readonly number: number };

export type NumberName =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64';

export interface IpcField {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: IpcType;
  /** Number of the dictionary and type of the codes, where the values come from one. */
  readonly dictionary: { readonly id: number; readonly codes: IpcType } | undefined;
  readonly children: readonly IpcField[];
}

export interface IpcSchema {
  readonly fields: readonly IpcField[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws FlatProblem */
export function schemaOf(header: FlatTable): IpcSchema {
  if (header.short(0) !== 0) throw new FlatProblem('it is not in little-endian order');
  return { fields: header.tables(1).map((field) => fieldOf(field, 0)), metadata: keyValues(header, 2) };
}

function fieldOf(table: FlatTable, depth: number): IpcField {
  // A list of structs of numbers is the deepest there is.
  if (depth > 2) throw new FlatProblem('it has columns within columns within columns');
  const encoding = table.table(4);
  const codes = encoding?.table(1);
  return {
    name: table.text(0) ?? '',
    nullable: table.byte(1) !== 0,
    type: typeOf(table.byte(2), table.table(3)),
    dictionary:
      encoding === undefined
        ? undefined
        : { id: encoding.count(0), codes: codes === undefined ? intType(32, true) : typeOf(2, codes) },
    children: table.tables(5).map((child) => fieldOf(child, depth + 1)),
  };
}

function typeOf(number: number, table: FlatTable | undefined): IpcType {
  if (table === undefined) return { kind: 'other', number };
  switch (number) {
    case 2:
      return intType(table.int(0), table.byte(1) !== 0);
    case 3:
      return floatType(table.short(0));
    case 5:
      return { kind: 'text' };
    case 6:
      return { kind: 'boolean' };
    case 12:
      return { kind: 'list' };
    case 13:
      return { kind: 'struct' };
    case 16:
      return { kind: 'fixed', width: table.int(0) };
    default:
      return { kind: 'other', number };
  }
}

function intType(bits: number, signed: boolean): IpcType {
  const names: Readonly<Record<number, readonly [NumberName, NumberName]>> = {
    8: ['uint8', 'int8'],
    16: ['uint16', 'int16'],
    32: ['uint32', 'int32'],
    64: ['uint64', 'int64'],
  };
  const pair = names[bits];
  return pair === undefined ? { kind: 'other', number: 2 } : { kind: 'number', name: pair[signed ? 1 : 0] };
}

function floatType(precision: number): IpcType {
  if (precision === 1) return { kind: 'number', name: 'float32' };
  return precision === 2 ? { kind: 'number', name: 'float64' } : { kind: 'other', number: 3 };
}
