import { invariant } from '../../lib/base/error.js';
import { type Batch, type BatchColumn, columnOf } from '../../lib/columnar/arrow/batch.js';

const flatTypes = {
  run: Int32Array,
  event: BigInt64Array,
  channel: Int32Array,
  weight: Float64Array,
  met: Float32Array,
  met_phi: Float32Array,
  mll: Float32Array,
  mlll: Float32Array,
  ht: Float32Array,
  n_leptons: Int16Array,
  n_jets: Int16Array,
  flcomp: Uint8Array,
  entry: BigInt64Array,
  split: Uint8Array,
  megaset: Int16Array,
  hash_high: Uint32Array,
  hash_low: Uint32Array,
} as const;

export type RowColumnName = keyof typeof flatTypes;
type RowColumns = { readonly [Name in RowColumnName]: InstanceType<(typeof flatTypes)[Name]> };

const names = Object.keys(flatTypes) as RowColumnName[];

/** Names in files, where they are those of the score files. */
const fileNames: Partial<Record<RowColumnName, string>> = { run: 'run_number', event: 'event_number' };

/**
 * What travels beside the features of selected events: identity, weight, kinematics (GeV), split. Columns of a
 * fixed capacity, filled block by block; mlll is NaN where an event has two leptons (null in files).
 */
export class RowTable {
  readonly capacity: number;
  rows = 0;
  readonly columns: RowColumns;

  constructor(capacity: number) {
    this.capacity = capacity;
    const columns: Partial<Record<RowColumnName, unknown>> = {};
    for (const name of names) columns[name] = new flatTypes[name](capacity);
    this.columns = columns as RowColumns;
  }

  /** Makes room for `count` more rows and returns the index of the first of them. */
  extend(count: number): number {
    const first = this.rows;
    invariant(first + count <= this.capacity, `a table of ${this.capacity} rows got ${first + count}`);
    this.rows = first + count;
    return first;
  }

  /** Rows [from, to) as Arrow columns, without copying. */
  batchColumns(from: number, to: number): BatchColumn[] {
    return names.map((name) => ({
      kind: 'flat',
      name: fileNames[name] ?? name,
      data: this.columns[name].subarray(from, to),
      ...(name === 'mlll' ? { nanIsNull: true } : {}),
    }));
  }

  /** Appends the rows of a feature batch that `batchColumns` made. */
  append(batch: Pick<Batch, 'columns' | 'rows' | 'schema' | 'source'>): number {
    const first = this.extend(batch.rows);
    for (const name of names) {
      const { data } = columnOf(batch as Batch, fileNames[name] ?? name, 'flat');
      const own = this.columns[name];
      invariant(
        data.constructor === own.constructor,
        `column ${name} came as another type than it was written`,
      );
      (own as Float64Array).set(data as Float64Array, first);
    }
    return first;
  }

  clear(): void {
    this.rows = 0;
  }
}
