import { type Batch, type BatchColumn, columnOf } from '../../lib/columnar/arrow/batch.js';
import { corrupt } from '../../lib/columnar/arrow/batch-index.js';

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
  late: Uint8Array,
} as const;

export type RowColumnName = keyof typeof flatTypes;

/**
 * What travels beside the features of selected events: identity, weight, kinematics (GeV), split. One value a
 * row; mlll is NaN where an event has two leptons (null in files), late is 0 or 1.
 */
export type RowColumns = { readonly [Name in RowColumnName]: InstanceType<(typeof flatTypes)[Name]> };

export const rowColumnNames = Object.keys(flatTypes) as RowColumnName[];

/** Names in files, where they are those of the score files. */
const fileNames: Partial<Record<RowColumnName, string>> = { run: 'run_number', event: 'event_number' };

/** Columns made by `column`, which is asked for each by its name. */
function rowColumns(column: (name: RowColumnName) => unknown): RowColumns {
  return Object.fromEntries(rowColumnNames.map((name) => [name, column(name)])) as unknown as RowColumns;
}

/** Columns of `rows` zeros. */
export function createRowColumns(rows: number): RowColumns {
  return rowColumns((name) => new flatTypes[name](rows));
}

/** Rows [from, to), without copying. */
export function sliceRowColumns(columns: RowColumns, from: number, to: number): RowColumns {
  return rowColumns((name) => columns[name].subarray(from, to));
}

/** The first `rows` rows in memory of their own: a view would keep alive whatever it looks into. */
export function ownRowColumns(columns: RowColumns, rows: number): RowColumns {
  const own = createRowColumns(rows);
  for (const name of rowColumnNames)
    (own[name] as Float64Array).set((columns[name] as Float64Array).subarray(0, rows));
  return own;
}

/** As Arrow columns, without copying. */
export function toBatchColumns(columns: RowColumns): BatchColumn[] {
  return rowColumnNames.map((name): BatchColumn => {
    const fileName = fileNames[name] ?? name;
    if (name === 'late') return { kind: 'boolean', name: fileName, data: columns.late };
    const data = columns[name];
    return { kind: 'flat', name: fileName, data, ...(name === 'mlll' ? { nanIsNull: true } : {}) };
  });
}

/** The columns that `toBatchColumns` made, without copying. @throws arrow_schema_mismatch, arrow_batch_corrupt */
export function fromBatchColumns(batch: Batch): RowColumns {
  return rowColumns((name) => {
    const fileName = fileNames[name] ?? name;
    const { data } = columnOf(batch, fileName, name === 'late' ? 'boolean' : 'flat');
    if (data.constructor === flatTypes[name]) return data;
    throw corrupt(
      `of ${batch.source.file}`,
      `has the column "${fileName}" of another type than it is written`,
    );
  });
}
