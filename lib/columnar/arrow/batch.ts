import { RmmError } from '../../base/error.js';

/** Typed arrays that travel as they are; the class says the Arrow type. */
export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One number a row. With `nanIsNull` (floats only) NaN is written as null, and comes back as NaN. */
export interface FlatColumn {
  readonly kind: 'flat';
  readonly name: string;
  readonly data: NumberArray;
  readonly nanIsNull?: boolean;
}

/** One string a row, as codes into a dictionary. */
export interface DictionaryColumn {
  readonly kind: 'dictionary';
  readonly name: string;
  readonly codes: Uint8Array | Uint16Array | Int32Array;
  readonly dictionary: readonly string[];
}

/** Row i holds values[offsets[i]] up to values[offsets[i + 1]]; rows + 1 offsets. */
export interface ListColumn {
  readonly kind: 'list';
  readonly name: string;
  readonly offsets: Int32Array;
  readonly values: NumberArray;
}

/** Row i holds values[i width] up to values[(i + 1) width]; width at least 1. */
export interface FixedColumn {
  readonly kind: 'fixed';
  readonly name: string;
  readonly width: number;
  readonly values: NumberArray;
}

/** One truth value a row, as bytes of 0 and 1 in memory; one bit each on the wire. */
export interface BooleanColumn {
  readonly kind: 'boolean';
  readonly name: string;
  readonly data: Uint8Array;
}

/** Several numbers of each object; row i holds the objects offsets[i] up to offsets[i + 1]; rows + 1 offsets. */
export interface GroupColumn {
  readonly kind: 'group';
  readonly name: string;
  readonly offsets: Int32Array;
  /** At least one; each as long as there are objects. */
  readonly fields: readonly GroupField[];
}

export interface GroupField {
  readonly name: string;
  readonly values: NumberArray;
}

export type BatchColumn =
  | FlatColumn
  | DictionaryColumn
  | ListColumn
  | FixedColumn
  | BooleanColumn
  | GroupColumn;

/** What a batch is: the same for every batch of a file or topic. */
export interface BatchSchema {
  /** For example "rmmstream.features". */
  readonly id: string;
  readonly version: number;
  /** Further facts that all batches share, for example the id of the feature layout. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where the rows of a batch come from: entries [firstEntry, firstEntry + entries) of a file. */
export interface BatchSource {
  readonly file: string;
  readonly firstEntry: number;
  readonly entries: number;
  /** Further facts of the source, for example its fingerprint. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Rows as columns, with their identity. */
export interface Batch {
  readonly schema: BatchSchema;
  readonly source: BatchSource;
  readonly rows: number;
  readonly columns: readonly BatchColumn[];
}

/** Rows that a column holds. */
export function columnRows(column: BatchColumn): number {
  switch (column.kind) {
    case 'flat':
      return column.data.length;
    case 'dictionary':
      return column.codes.length;
    case 'list':
    case 'group':
      return column.offsets.length - 1;
    case 'fixed':
      return column.values.length / column.width;
    case 'boolean':
      return column.data.length;
  }
}

/** The column of that name and kind. @throws arrow_schema_mismatch */
export function columnOf<Kind extends BatchColumn['kind']>(
  batch: Batch,
  name: string,
  kind: Kind,
): Extract<BatchColumn, { kind: Kind }> {
  const found = batch.columns.find((column) => column.name === name);
  if (found?.kind === kind) return found as Extract<BatchColumn, { kind: Kind }>;
  const what = found === undefined ? 'lacks' : `holds as ${found.kind}`;
  throw new RmmError(
    'arrow_schema_mismatch',
    `batch ${describeSource(batch.source)} (${batch.schema.id} version ${batch.schema.version}) ${what} the ${kind} column "${name}"; ` +
      `it has ${batch.columns.map((column) => column.name).join(', ')}`,
    { context: { column: name, file: batch.source.file } },
  );
}

/** What must hold of a batch on both sides of the wire; the answer names the first problem. */
export function batchProblem(rows: number, columns: readonly BatchColumn[]): string | undefined {
  // Columns bound the rows by what they hold; without one a few bytes could stand for any number.
  if (rows > 0 && columns.length === 0) return `it has ${rows} rows and no column`;
  const names = new Set<string>();
  for (const column of columns) {
    const problem = names.has(column.name) ? 'appears twice' : columnProblem(rows, column);
    if (problem !== undefined) return `column "${column.name}" ${problem}`;
    names.add(column.name);
  }
  return undefined;
}

function columnProblem(rows: number, column: BatchColumn): string | undefined {
  if (column.kind === 'fixed' && !(Number.isInteger(column.width) && column.width >= 1)) {
    return `has width ${column.width}`;
  }
  if (columnRows(column) !== rows) return `holds ${columnRows(column)} rows where the batch has ${rows}`;
  if (column.kind === 'list') return offsetsProblem(column.offsets, column.values.length);
  if (column.kind === 'group') return groupProblem(column);
  if (column.kind === 'dictionary') return codesProblem(column);
  if (column.kind === 'flat' && column.nanIsNull === true && !isFloat(column.data)) {
    return 'is not of floats, so it holds no NaN';
  }
  return undefined;
}

function groupProblem({ offsets, fields }: GroupColumn): string | undefined {
  const [first] = fields;
  if (first === undefined) return 'has no fields';
  const names = new Set<string>();
  for (const { name, values } of fields) {
    if (names.has(name)) return `has the field "${name}" twice`;
    names.add(name);
    if (values.length !== first.values.length)
      return `holds ${values.length} objects in "${name}" and ${first.values.length} in "${first.name}"`;
  }
  return offsetsProblem(offsets, first.values.length);
}

function offsetsProblem(offsets: Int32Array, values: number): string | undefined {
  let previous = offsets[0]!;
  if (previous < 0) return `starts at offset ${previous}`;
  for (let i = 1; i < offsets.length; i++) {
    const next = offsets[i]!;
    if (next < previous) return `has falling offsets at row ${i - 1}`;
    previous = next;
  }
  return previous > values ? `ends at offset ${previous} of ${values} values` : undefined;
}

function codesProblem({ codes, dictionary }: DictionaryColumn): string | undefined {
  const size = dictionary.length;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code >= size || code < 0) return `has code ${code} in row ${i}, outside its dictionary of ${size}`;
  }
  return undefined;
}

export function isFloat(data: NumberArray): data is Float32Array | Float64Array {
  return data instanceof Float32Array || data instanceof Float64Array;
}

export function describeSource(source: BatchSource): string {
  return `of ${source.file}, entries ${source.firstEntry} to ${source.firstEntry + source.entries}`;
}
