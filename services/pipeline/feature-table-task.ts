import type { ParquetColumn } from '../../lib/columnar/parquet/column.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { SparseRows } from '../../lib/learning/sparse-rows.js';
import type { FeatureLayout, FeatureRows } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { RowTable } from '../featurizer/row-table.js';
import { type FlowRecord, mergeFlows } from '../selector/flow-record.js';
import type { EventPass } from './event-pass.js';
import type { FeatureTableTask, ProgressStep } from './tasks.js';

/** One row group of `rmmstream features`, and what became of the events that are not in it. */
export interface FeatureTable {
  readonly columns: readonly ParquetColumn[];
  readonly rows: number;
  readonly flow: FlowRecord;
  readonly deadLetters: readonly string[];
}

/** What a worker uses again for every range: memory that is asked for anew each time costs collections. */
export interface TableScratch {
  readonly table: RowTable;
  readonly collect: CellCollector | NamedCollector;
}

/** @param rows entries of the largest range */
export function tableScratch(layout: FeatureLayout, rows: number): TableScratch {
  const collect =
    layout.maskWords > 0
      ? new CellCollector(layout.columns, layout.maskWords, rows)
      : new NamedCollector(layout.names);
  return { table: new RowTable(rows), collect };
}

/** Features of one range as the columns of a table: matrices as lists of filled cells, tables by name. */
export function runFeatureTableTask(
  task: FeatureTableTask,
  pass: EventPass,
  { table, collect }: TableScratch,
  step: (step: ProgressStep) => void,
): FeatureTable {
  const { range } = task;
  const flows: FlowRecord[] = [];
  table.clear();
  collect.clear();
  const deadLetters: string[] = [];
  const end = range.first + range.count;
  for (let first = range.first; first < end; first += blockEntries) {
    const entries = Math.min(blockEntries, end - first);
    const block = pass.block(first, entries, table);
    collect.add(block.features);
    flows.push(block.record.flow);
    deadLetters.push(...block.deadLetters);
    step({ events: entries });
  }
  const { rows, columns } = table;
  const features = collect.columns();
  // mll is a feature of the report's tables: it stands among them and only there.
  const named = new Set(features.map(({ name }) => name));
  const head: ParquetColumn[] = [
    { name: 'run_number', type: 'int32', data: columns.run.slice(0, rows) },
    { name: 'event_number', type: 'int64', data: columns.event.slice(0, rows) },
    { name: 'channel', type: 'int32', data: columns.channel.slice(0, rows) },
    { name: 'weight', type: 'double', data: columns.weight.slice(0, rows) },
    { name: 'met', type: 'float', data: columns.met.slice(0, rows) },
    { name: 'mll', type: 'float', data: columns.mll.slice(0, rows) },
  ];
  return {
    columns: [...head.filter(({ name }) => !named.has(name)), ...features],
    rows,
    flow: mergeFlows(flows)!,
    deadLetters,
  };
}

/** The buffers of a table's columns, each once. */
export function buffersOf({ columns }: FeatureTable): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const column of columns) {
    if ('data' in column) buffers.add(column.data.buffer as ArrayBuffer);
    if ('offsets' in column) {
      buffers.add(column.offsets.buffer as ArrayBuffer);
      buffers.add(column.values.buffer as ArrayBuffer);
    }
  }
  return [...buffers];
}

/** Gathers the non-zero cells of matrices: dense cell numbers ascending, and their values. */
class CellCollector {
  readonly #patterns: PatternTable;
  readonly #offsets: Int32Array;
  #rows = 0;
  #cells = new Int32Array(1 << 16);
  #values = new Float32Array(1 << 16);

  constructor(columns: number, maskWords: number, rows: number) {
    this.#patterns = new PatternTable(columns, maskWords);
    this.#offsets = new Int32Array(rows + 1);
  }

  clear(): void {
    this.#rows = 0;
  }

  add(features: FeatureRows): void {
    const found = this.#patterns.rows(features);
    const { offsets, rows } = found;
    this.#reserve(this.#offsets[this.#rows]! + offsets[rows]! - offsets[0]!);
    appendCells(found, this.#offsets, this.#rows, this.#cells, this.#values);
    this.#rows += rows;
  }

  columns(): ParquetColumn[] {
    const used = this.#offsets[this.#rows]!;
    const offsets = this.#offsets.slice(0, this.#rows + 1);
    return [
      { name: 'cells', type: 'list<int32>', offsets, values: this.#cells.slice(0, used) },
      { name: 'values', type: 'list<float>', offsets, values: this.#values.slice(0, used) },
    ];
  }

  #reserve(wanted: number): void {
    if (wanted <= this.#cells.length) return;
    const size = Math.max(2 * this.#cells.length, wanted);
    const cells = new Int32Array(size);
    const values = new Float32Array(size);
    cells.set(this.#cells);
    values.set(this.#values);
    this.#cells = cells;
    this.#values = values;
  }
}

/** Appends the non-zero cells of `from`'s rows behind the first `at` rows. */
function appendCells(
  from: SparseRows,
  into: Int32Array,
  at: number,
  cells: Int32Array,
  values: Float32Array,
): void {
  let used = into[at]!;
  for (let row = 0; row < from.rows; row += 1) {
    const columns = from.patterns[from.pattern[row]!]!;
    const start = from.offsets[row]!;
    for (let index = 0; index < columns.length; index += 1) {
      const value = from.values[start + index]!;
      cells[used] = columns[index]!;
      values[used] = value;
      // A zero is overwritten by the next one.
      if (value !== 0) used += 1;
    }
    into[at + row + 1] = used;
  }
}

/** Gathers table features, a column for each name. */
class NamedCollector {
  readonly #names: readonly string[];
  #parts: Float32Array[][];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#parts = names.map(() => []);
  }

  clear(): void {
    this.#parts = this.#names.map(() => []);
  }

  add({ rows, columns, values }: FeatureRows): void {
    for (let column = 0; column < columns; column += 1) {
      const part = new Float32Array(rows);
      for (let row = 0; row < rows; row += 1) part[row] = values[row * columns + column]!;
      this.#parts[column]!.push(part);
    }
  }

  columns(): ParquetColumn[] {
    return this.#names.map((name, index) => ({ name, type: 'float', data: joined(this.#parts[index]!) }));
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
