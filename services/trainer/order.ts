import { emptyColumn, makeRowColumns, rowColumnNames, type TrainingRows } from './segment.js';

/** Rows of several segments by number: segment and row within it. */
export interface RowReferences {
  readonly segment: Int32Array;
  readonly row: Int32Array;
}

/**
 * The order of a bucket: by hash, then source, then entry. It does not depend on the order in which rows were
 * written, so any worker, restart or engine trains on the same sequence.
 */
export function orderRows(segments: readonly TrainingRows[]): RowReferences {
  const total = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const segmentOf = new Int32Array(total);
  const rowOf = new Int32Array(total);
  const hashHigh = new Uint32Array(total);
  const hashLow = new Uint32Array(total);
  let next = 0;
  for (const [index, segment] of segments.entries()) {
    hashHigh.set(segment.hashHigh, next);
    hashLow.set(segment.hashLow, next);
    segmentOf.fill(index, next, next + segment.rows);
    for (let row = 0; row < segment.rows; row += 1) rowOf[next + row] = row;
    next += segment.rows;
  }
  const order = new Uint32Array(total);
  for (let index = 0; index < total; index += 1) order[index] = index;
  order.sort((left, right) => {
    const high = (hashHigh[left] as number) - (hashHigh[right] as number);
    if (high !== 0) return high;
    const low = (hashLow[left] as number) - (hashLow[right] as number);
    if (low !== 0) return low;
    const a = segments[segmentOf[left] as number] as TrainingRows;
    const b = segments[segmentOf[right] as number] as TrainingRows;
    const source = (a.source[rowOf[left] as number] as number) - (b.source[rowOf[right] as number] as number);
    if (source !== 0) return source;
    return (a.entry[rowOf[left] as number] as number) - (b.entry[rowOf[right] as number] as number);
  });
  const sorted = { segment: new Int32Array(total), row: new Int32Array(total) };
  for (let index = 0; index < total; index += 1) {
    sorted.segment[index] = segmentOf[order[index] as number] as number;
    sorted.row[index] = rowOf[order[index] as number] as number;
  }
  return sorted;
}

/** Gathers rows of segments into one: a bucket in its order. */
export function gatherRows(segments: readonly TrainingRows[], references: RowReferences): TrainingRows {
  const rows = references.row.length;
  const { columns, maskWords } = segments[0] ?? { columns: 0, maskWords: 0 };
  const offsets = new Int32Array(rows + 1);
  for (let index = 0; index < rows; index += 1) {
    const segment = segments[references.segment[index] as number] as TrainingRows;
    const row = references.row[index] as number;
    offsets[index + 1] =
      (offsets[index] as number) + (segment.offsets[row + 1] as number) - (segment.offsets[row] as number);
  }
  const gathered = {
    rows,
    columns,
    maskWords,
    ...makeRowColumns((name) => emptyColumn(name, rows)),
    masks: new Uint32Array(rows * maskWords),
    offsets,
    values: new Float32Array(offsets[rows] as number),
  };
  for (const name of rowColumnNames) {
    const columns = segments.map((segment) => segment[name]);
    const out = gathered[name];
    for (let index = 0; index < rows; index += 1)
      out[index] = columns[references.segment[index] as number]![references.row[index] as number] as number;
  }
  for (let index = 0; index < rows; index += 1) {
    const segment = segments[references.segment[index] as number] as TrainingRows;
    const row = references.row[index] as number;
    for (let word = 0; word < maskWords; word += 1) {
      gathered.masks[index * maskWords + word] = segment.masks[row * maskWords + word] as number;
    }
    const end = segment.offsets[row + 1] as number;
    let to = offsets[index] as number;
    for (let from = segment.offsets[row] as number; from < end; from += 1, to += 1) {
      gathered.values[to] = segment.values[from] as number;
    }
  }
  return gathered;
}
