import type { ComparedRows, ComparedSamples } from './compared-rows.js';
import { columnPlaces, fillCounts, fillWeighted } from './fill-columns.js';
import { type FeatureFiles, pickedBatches } from './picked-batches.js';
import { sampledBins } from './sampled-bins.js';
import { absentPlace, placesOf } from './variable-bins.js';
import { total, type VariableCounts, type WeightedCounts } from './variable-counts.js';

/**
 * Counts every feature column of data and simulation, batch by batch: in memory are one batch and the counts. Columns
 * that no row of the sample fills from which bins are found have no counts.
 * @throws io_failed, arrow_batch_corrupt, arrow_schema_mismatch
 */
export async function countFeatures(from: FeatureFiles): Promise<VariableCounts[]> {
  const { layout, samples } = from;
  const bins = await sampledBins(from);
  const where = columnPlaces(bins);
  const { places } = where;
  const zeros = () => new Float64Array(places);
  const simulation: WeightedCounts = { sums: zeros(), squares: zeros(), events: zeros() };
  const bySample = samples.simulated.map(zeros);
  const data = samples.sources.map(zeros);
  const totals = new Totals(samples);
  for await (const { picked, rows } of pickedBatches(from, 1)) {
    totals.add(picked);
    if (picked.isData) fillCounts(where, rows, picked.rows, picked.count, picked.source, data);
    else {
      const into = { ...simulation, ofSample: bySample[picked.sample]! };
      fillWeighted(where, rows, picked.rows, picked.count, picked.weights, into);
    }
  }
  return bins.flatMap((one, column): VariableCounts[] => {
    if (one === undefined) return [];
    const of = (all: Float64Array) => all.subarray(where.base[column]!, where.base[column]! + placesOf(one));
    const found: VariableCounts = {
      name: layout.names[column]!,
      kind: 'feature',
      ...(layout.kinds[column] === 'gev' ? { unit: 'GeV' } : {}),
      bins: one,
      simulation: {
        sums: of(simulation.sums),
        squares: of(simulation.squares),
        events: of(simulation.events),
      },
      bySample: bySample.map(of),
      data: data.map(of),
    };
    totals.complete(found);
    return [found];
  });
}

/** All rows that count, whatever they fill. */
class Totals {
  readonly #all: WeightedCounts;
  readonly #bySample: Float64Array;
  readonly #data: Float64Array;

  constructor({ simulated, sources }: ComparedSamples) {
    this.#all = { sums: new Float64Array(1), squares: new Float64Array(1), events: new Float64Array(1) };
    this.#bySample = new Float64Array(simulated.length);
    this.#data = new Float64Array(sources.length);
  }

  add({ isData, sample, count, weights, source }: ComparedRows): void {
    if (isData) {
      for (let k = 0; k < count; k++) this.#data[source[k]!]! += 1;
      return;
    }
    const { sums, squares, events } = this.#all;
    for (let k = 0; k < count; k++) {
      const weight = weights[k]!;
      sums[0]! += weight;
      squares[0]! += weight * weight;
      this.#bySample[sample]! += weight;
    }
    events[0]! += count;
  }

  /** Puts the rows that do not fill a column into its place for them. */
  complete({ bins, simulation, bySample, data }: VariableCounts): void {
    const absent = absentPlace(bins);
    const events = this.#all.events[0]! - total(simulation.events);
    simulation.events[absent] = events;
    // Where every row fills it, what is left of the sums is rounding.
    if (events > 0) {
      simulation.sums[absent] = this.#all.sums[0]! - total(simulation.sums);
      simulation.squares[absent] = Math.max(0, this.#all.squares[0]! - total(simulation.squares));
      for (const [index, sums] of bySample.entries()) sums[absent] = this.#bySample[index]! - total(sums);
    }
    for (const [index, counts] of data.entries()) counts[absent] = this.#data[index]! - total(counts);
  }
}
