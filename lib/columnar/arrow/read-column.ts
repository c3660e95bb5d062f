import { type BatchColumn, type GroupField, isFloat, type NumberArray } from './batch.js';
import { FlatProblem } from './flat-table.js';
import type { IpcField, IpcType, NumberName } from './ipc.js';
import type { RecordReader } from './record-reader.js';

/** The next column of a record as one of ours: views of its bytes. @throws FlatProblem */
export function readColumn(
  field: IpcField,
  record: RecordReader,
  dictionaries: ReadonlyMap<number, readonly string[]>,
): BatchColumn {
  const { name, type, children } = field;
  const [child] = children;
  if (field.dictionary !== undefined) return readCodes(field, field.dictionary, record, dictionaries);
  if (type.kind === 'number') return readFlat(field, type.name, record);
  if (type.kind === 'boolean') {
    const rows = plainNode(record);
    return { kind: 'boolean', name, data: unpackBits(record.bytes(), rows) };
  }
  if (child !== undefined && children.length === 1 && child.dictionary === undefined) {
    if (type.kind === 'list' && child.type.kind === 'struct') return readGroup(name, child, record);
    if (type.kind === 'list' && child.type.kind === 'number') {
      const offsets = record.offsets(plainNode(record));
      return { kind: 'list', name, offsets, values: readNumbers(child.type.name, record) };
    }
    if (type.kind === 'fixed' && child.type.kind === 'number') {
      plainNode(record);
      return { kind: 'fixed', name, width: type.width, values: readNumbers(child.type.name, record) };
    }
  }
  throw new FlatProblem(`column "${name}" is of the type ${describe(type)}, which no batch of ours has`);
}

/** The texts of a dictionary. */
export function readTexts(record: RecordReader): string[] {
  const rows = plainNode(record);
  const offsets = record.offsets(rows);
  const bytes = record.bytes();
  const texts: string[] = [];
  for (let i = 0; i < rows; i++) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!];
    // Rising offsets also bound what all texts together cost.
    if (from > to || from < 0 || to > bytes.length || (i > 0 && offsets[i - 1]! > from))
      throw new FlatProblem(`text ${i} of a dictionary lies at bytes ${from} to ${to} of ${bytes.length}`);
    texts.push(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8'));
  }
  return texts;
}

function readFlat(field: IpcField, type: NumberName, record: RecordReader): BatchColumn {
  const { name, nullable } = field;
  const { length, nulls } = record.node();
  const bits = record.bytes();
  const values = record.numbers(type, length);
  const floats = isFloat(values) ? values : undefined;
  if (nullable && floats !== undefined)
    return {
      kind: 'flat',
      name,
      data: nulls > 0 ? withNaN(floats, bits, name) : floats,
      nanIsNull: true,
    };
  if (nulls > 0) throw new FlatProblem(`column "${name}" has nulls`);
  return { kind: 'flat', name, data: values };
}

/** Our writer leaves NaN behind a null; another one may leave anything. */
function withNaN(
  values: Float32Array | Float64Array,
  bits: Uint8Array,
  name: string,
): Float32Array | Float64Array {
  if (8 * bits.length < values.length) throw new FlatProblem(`column "${name}" does not say what is null`);
  let own = values;
  for (let i = 0; i < values.length; i++) {
    if (((bits[i >>> 3]! >>> (i & 7)) & 1) === 1 || Number.isNaN(values[i]!)) continue;
    if (own === values) own = values.slice();
    own[i] = Number.NaN;
  }
  return own;
}

function readCodes(
  { name }: IpcField,
  { id, codes }: NonNullable<IpcField['dictionary']>,
  record: RecordReader,
  dictionaries: ReadonlyMap<number, readonly string[]>,
): BatchColumn {
  const dictionary = dictionaries.get(id);
  if (dictionary === undefined) throw new FlatProblem(`column "${name}" has no dictionary`);
  const rows = plainNode(record);
  if (
    codes.kind === 'number' &&
    (codes.name === 'uint8' || codes.name === 'uint16' || codes.name === 'int32')
  )
    return { kind: 'dictionary', name, codes: record.numbers(codes.name, rows), dictionary };
  throw new FlatProblem(`column "${name}" has codes of the type ${describe(codes)}`);
}

function readGroup(name: string, struct: IpcField, record: RecordReader): BatchColumn {
  const offsets = record.offsets(plainNode(record));
  plainNode(record);
  const fields = struct.children.map((field): GroupField => {
    const { type } = field;
    if (type.kind !== 'number' || field.dictionary !== undefined)
      throw new FlatProblem(`column "${name}.${field.name}" is of the type ${describe(type)}`);
    return { name: field.name, values: readNumbers(type.name, record) };
  });
  return { kind: 'group', name, offsets, fields };
}

function readNumbers(type: NumberName, record: RecordReader): NumberArray {
  return record.numbers(type, plainNode(record));
}

/** Rows of a column that may not have nulls; takes its buffer of bits too. */
function plainNode(record: RecordReader): number {
  const { length, nulls } = record.node();
  if (nulls > 0) throw new FlatProblem(`a column without nulls has ${nulls} of them`);
  record.bytes();
  return length;
}

function unpackBits(bits: Uint8Array, rows: number): Uint8Array {
  if (8 * bits.length < rows) throw new FlatProblem(`${bits.length} bytes hold fewer than ${rows} bits`);
  const bytes = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) bytes[i] = (bits[i >>> 3]! >>> (i & 7)) & 1;
  return bytes;
}

function describe(type: IpcType): string {
  if (type.kind === 'number') return type.name;
  return type.kind === 'other' ? `number ${type.number}` : type.kind;
}
