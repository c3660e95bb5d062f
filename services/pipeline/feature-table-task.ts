import type { ParquetColumn } from '../../lib/columnar/parquet/column.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { CutFlow } from '../../lib/physics/selection/index.js';
import { RowTable } from '../featurizer/row-table.js';
import type { EventPass } from './event-pass.js';
import { flowRecord } from './feature-task.js';
import type { FlowRecord } from './records.js';
import type { FeatureTableTask, ProgressStep } from './tasks.js';

/** One row group of `rmmstream features`, and what became of the events that are not in it. */
export interface FeatureTable {
  readonly columns: readonly ParquetColumn[];
  readonly rows: number;
  readonly flow: FlowRecord;
  readonly deadLetters: readonly string[];
}

/** Features of one range as the columns of a table: matrices as lists of filled cells, tables by name. */
export function runFeatureTableTask(
  task: FeatureTableTask,
  pass: EventPass,
  step: (step: ProgressStep) => void,
): FeatureTable {
  const { range } = task;
  const table = new RowTable(range.count);
  const flow = new CutFlow();
  const { layout } = pass;
  const collect =
    layout.maskWords > 0
      ? new CellCollector(layout.columns, layout.maskWords)
      : new NamedCollector(layout.names);
  const deadLetters: string[] = [];
  const end = range.first + range.count;
  for (let first = range.first; first < end; first += blockEntries) {
    const entries = Math.min(blockEntries, end - first);
    const block = pass.block(first, entries, table, flow);
    collect.add(block.features);
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
    flow: flowRecord(flow),
    deadLetters,
  };
}

/** Gathers the non-zero cells of matrices: dense cell numbers ascending, and their values. */
class CellCollector {
  readonly #patterns: PatternTable;
  readonly #offsets: number[] = [0];
  #cells = new Int32Array(1 << 16);
  #values = new Float32Array(1 << 16);
  #used = 0;

  constructor(columns: number, maskWords: number) {
    this.#patterns = new PatternTable(columns, maskWords);
  }

  add(features: FeatureRows): void {
    const { pattern, patterns, offsets, values, rows } = this.#patterns.rows(features);
    this.#reserve(offsets[rows]! - offsets[0]!);
    let used = this.#used;
    for (let row = 0; row < rows; row += 1) {
      const cells = patterns[pattern[row]!]!;
      const start = offsets[row]!;
      for (let index = 0; index < cells.length; index += 1) {
        const value = values[start + index]!;
        if (value === 0) continue;
        this.#cells[used] = cells[index]!;
        this.#values[used] = value;
        used += 1;
      }
      this.#offsets.push(used);
    }
    this.#used = used;
  }

  columns(): ParquetColumn[] {
    const offsets = Int32Array.from(this.#offsets);
    return [
      { name: 'cells', type: 'list<int32>', offsets, values: this.#cells.slice(0, this.#used) },
      { name: 'values', type: 'list<float>', offsets, values: this.#values.slice(0, this.#used) },
    ];
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#cells.length) return;
    const size = Math.max(2 * this.#cells.length, this.#used + more);
    const cells = new Int32Array(size);
    const values = new Float32Array(size);
    cells.set(this.#cells);
    values.set(this.#values);
    this.#cells = cells;
    this.#values = values;
  }
}

/** Gathers table features, a column for each name. */
class NamedCollector {
  readonly #names: readonly string[];
  readonly #parts: Float32Array[][];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#parts = names.map(() => []);
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
