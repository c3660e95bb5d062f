import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import type { PatternRows } from '../../lib/physics/patterns.js';
import type { ComparedRows } from './compared-rows.js';
import { type FeatureFiles, pickedBatches } from './picked-batches.js';
import { binsOf, type VariableBins } from './variable-bins.js';

/** Bins are found from about so many rows: at a thousandth from either end still lie fifty of them. */
const sampledRows = 50_000;
/** And from no more batches than this. */
const sampledBatches = 400;

/**
 * Bins of every column, from rows spread evenly over all files, so that they are the same each time. Undefined for
 * a column that none of them fills.
 */
export async function sampledBins(from: FeatureFiles): Promise<(VariableBins | undefined)[]> {
  const { batches, rows } = sizeOf(from.files);
  const step = Math.max(1, Math.floor(batches / sampledBatches));
  const every = Math.max(1, Math.floor(rows / step / sampledRows));
  const values = new ColumnValues(from.layout.columns);
  let passed = 0;
  for await (const { picked, rows: features } of pickedBatches(from, step)) {
    passed = values.add(picked, features, every, passed);
  }
  return values.bins();
}

function sizeOf(files: readonly string[]): { readonly batches: number; readonly rows: number } {
  let batches = 0;
  let rows = 0;
  for (const path of files) {
    const reader = new BatchFileReader(path, featureSchema);
    batches += reader.batches;
    rows += reader.rows;
    reader.close();
  }
  return { batches, rows };
}

/** The values of some rows, by column. */
class ColumnValues {
  readonly #values: Float32Array[];
  readonly #lengths: Int32Array;

  constructor(columns: number) {
    this.#values = Array.from({ length: columns }, () => new Float32Array(0));
    this.#lengths = new Int32Array(columns);
  }

  /** Takes one of `every` rows; returns how many have passed. */
  add(picked: ComparedRows, features: PatternRows, every: number, passed: number): number {
    const { pattern, patterns, offsets, values } = features;
    let k = (every - (passed % every)) % every;
    for (; k < picked.count; k += every) {
      const row = picked.rows[k]!;
      const columns = patterns[pattern[row]!]!;
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index]!;
        const length = this.#lengths[column]!;
        if (length === this.#values[column]!.length) this.#grow(column);
        this.#values[column]![length] = values[offsets[row]! + index]!;
        this.#lengths[column] = length + 1;
      }
    }
    return passed + picked.count;
  }

  #grow(column: number): void {
    const larger = new Float32Array(Math.max(64, 2 * this.#lengths[column]!));
    larger.set(this.#values[column]!);
    this.#values[column] = larger;
  }

  bins(): (VariableBins | undefined)[] {
    return this.#values.map((values, column) => {
      const length = this.#lengths[column]!;
      return length === 0 ? undefined : binsOf(values.subarray(0, length).sort());
    });
  }
}
