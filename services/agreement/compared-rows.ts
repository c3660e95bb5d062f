import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { columnOf } from '../../lib/columnar/arrow/batch.js';
import { split } from '../../lib/physics/identity.js';
import type { DataSource } from './variable-counts.js';

/** Which rows are compared, and as what they count. */
export interface ComparedSamples {
  /** Names of simulated samples; all others that are not data are left out. */
  readonly simulated: readonly string[];
  /** Rows of a data sample whose run is in no source count in the one of the sample without run. */
  readonly sources: readonly DataSource[];
  /** Simulation of the test part alone, or of every part. */
  readonly parts: 'test' | 'all';
  /** By what the weights of simulation are multiplied. */
  readonly scale: number;
}

/** Rows of a batch that count; arrays are reused, valid until the next batch. */
export interface ComparedRows {
  readonly sample: number;
  readonly isData: boolean;
  readonly count: number;
  readonly rows: Int32Array;
  /** Of simulation. */
  readonly weights: Float64Array;
  /** Of data: index of the row's source. */
  readonly source: Int32Array;
}

interface RunsOfSample {
  readonly others: number;
  readonly byRun: ReadonlyMap<number, number>;
}

/** Finds the rows of batches that are compared. */
export class RowPicker {
  readonly #samples: ComparedSamples;
  readonly #simulated: ReadonlyMap<string, number>;
  readonly #data = new Map<string, { others: number; readonly byRun: Map<number, number> }>();
  #rows = new Int32Array(0);
  #weights = new Float64Array(0);
  #source = new Int32Array(0);

  constructor(samples: ComparedSamples) {
    this.#samples = samples;
    this.#simulated = new Map(samples.simulated.map((name, index) => [name, index]));
    for (const [index, { sample, run }] of samples.sources.entries()) {
      const found = this.#data.get(sample) ?? { others: -1, byRun: new Map() };
      if (run === undefined) found.others = index;
      else found.byRun.set(run, index);
      this.#data.set(sample, found);
    }
  }

  /** Undefined where no row of the batch counts. */
  pick(batch: Batch): ComparedRows | undefined {
    const sample = batch.source.facts?.sample ?? '';
    const runs = this.#data.get(sample);
    const index = this.#simulated.get(sample);
    if (runs === undefined && index === undefined) return undefined;
    this.#reserve(batch.rows);
    return runs === undefined ? this.#ofSimulation(batch, index!) : this.#ofData(batch, runs);
  }

  #ofSimulation(batch: Batch, sample: number): ComparedRows | undefined {
    const parts = columnOf(batch, 'split', 'flat').data as Uint8Array;
    const weight = columnOf(batch, 'weight', 'flat').data as Float64Array;
    const isAll = this.#samples.parts === 'all';
    const { scale } = this.#samples;
    const rows = this.#rows;
    const weights = this.#weights;
    let count = 0;
    for (let row = 0; row < batch.rows; row++) {
      if (!isAll && parts[row] !== split.test) continue;
      rows[count] = row;
      weights[count++] = weight[row]! * scale;
    }
    return count === 0 ? undefined : { sample, isData: false, count, rows, weights, source: this.#source };
  }

  #ofData(batch: Batch, { others, byRun }: RunsOfSample): ComparedRows | undefined {
    const run = columnOf(batch, 'run_number', 'flat').data as Int32Array;
    const rows = this.#rows;
    const source = this.#source;
    let last = Number.NaN;
    let index = -1;
    let count = 0;
    for (let row = 0; row < batch.rows; row++) {
      if (run[row] !== last) {
        last = run[row]!;
        index = byRun.get(last) ?? others;
      }
      if (index < 0) continue;
      rows[count] = row;
      source[count++] = index;
    }
    return count === 0
      ? undefined
      : { sample: -1, isData: true, count, rows, weights: this.#weights, source };
  }

  #reserve(rows: number): void {
    if (this.#rows.length >= rows) return;
    this.#rows = new Int32Array(rows);
    this.#weights = new Float64Array(rows);
    this.#source = new Int32Array(rows);
  }
}
