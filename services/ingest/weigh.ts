import { RmmError } from '../../lib/base/error.js';
import { reason } from '../../lib/physics/selection/reason.js';
import { medianAbsWeight, weightLimit, weightVerdict } from '../../lib/physics/selection/weights.js';
import type { AnyArray } from './widen.js';

/** What the weight-only pass over a file finds (decisions.md 17, 19). Weights are per pb^-1 of luminosity. */
export interface FileWeights {
  readonly entries: number;
  /** Productions in the file: a channel with its cross section (pb) and its sum of weights. */
  readonly productions: readonly Production[];
  /** Median over finite non-zero abs(weight), the weight taken with the file's own sum of weights. */
  readonly medianPerPb: number;
  /** Rows whose weight is not finite or absurd. */
  readonly corruptRows: number;
}

export interface Production {
  readonly channel: number;
  readonly crossSectionPb: number;
  readonly sumOfWeights: number;
}

/** Collects the weights of one simulated file, block by block. */
export class FileWeigher {
  readonly #file: string;
  readonly #weights: Float64Array;
  readonly #productions: Production[] = [];
  #filled = 0;

  constructor(file: string, entries: number) {
    this.#file = file;
    this.#weights = new Float64Array(entries);
  }

  /** Adds a block. `factors`, `crossSection` and `sumOfWeights` hold `count` values each. */
  add(block: {
    readonly count: number;
    readonly channel: AnyArray;
    readonly factors: readonly AnyArray[];
    readonly crossSection: AnyArray;
    readonly sumOfWeights: AnyArray;
  }): void {
    const { count } = block;
    const out = this.#weights.subarray(this.#filled, this.#filled + count).fill(1);
    for (const factor of block.factors) {
      for (let index = 0; index < count; index += 1) out[index] = out[index]! * (factor[index] as number);
    }
    let current: Production | undefined;
    for (let index = 0; index < count; index += 1) {
      const channel = Number(block.channel[index]);
      const crossSectionPb = block.crossSection[index] as number;
      const sumOfWeights = block.sumOfWeights[index] as number;
      if (
        current === undefined ||
        current.channel !== channel ||
        current.crossSectionPb !== crossSectionPb ||
        current.sumOfWeights !== sumOfWeights
      ) {
        current = this.#production({ channel, crossSectionPb, sumOfWeights }, this.#filled + index);
      }
      out[index] = (out[index]! * crossSectionPb) / sumOfWeights;
    }
    this.#filled += count;
  }

  /**
   * @param absurdFactor a weight above this many times the median is corrupt
   * @throws weights_unusable where no weight is finite and non-zero
   */
  finish(options: { readonly absurdFactor: number }): FileWeights {
    const weights = this.#weights.subarray(0, this.#filled);
    let finite = 0;
    let usable = 0;
    for (let index = 0; index < weights.length; index += 1) {
      if (!Number.isFinite(weights[index]!)) continue;
      finite += 1;
      if (weights[index] !== 0) usable += 1;
    }
    // The array is its own scratch space: afterwards it begins with the usable abs(weight), in some order.
    const medianPerPb = medianAbsWeight(weights, weights);
    if (weights.length > 0 && !(medianPerPb > 0)) {
      throw new RmmError(
        'weights_unusable',
        `${this.#file}: none of its ${weights.length} events has a finite, non-zero weight; make the file again or leave it out`,
        { context: { file: this.#file, entries: weights.length } },
      );
    }
    const limit = weightLimit(medianPerPb, options.absurdFactor);
    let corruptRows = weights.length - finite;
    for (let index = 0; index < usable; index += 1) {
      if (weightVerdict(weights[index]!, limit) !== reason.selected) corruptRows += 1;
    }
    return {
      entries: weights.length,
      productions: this.#productions,
      medianPerPb: weights.length > 0 ? medianPerPb : 0,
      corruptRows,
    };
  }

  #production(found: Production, entry: number): Production {
    for (const known of this.#productions) {
      if (known.channel !== found.channel) continue;
      if (known.crossSectionPb === found.crossSectionPb && known.sumOfWeights === found.sumOfWeights)
        return known;
      throw this.#unusable(
        entry,
        `channel ${found.channel} has cross section ${found.crossSectionPb} pb and sum of weights ${found.sumOfWeights}, but ${known.crossSectionPb} pb and ${known.sumOfWeights} before`,
      );
    }
    if (!(Number.isFinite(found.crossSectionPb) && found.crossSectionPb > 0)) {
      throw this.#unusable(
        entry,
        `the cross section is ${found.crossSectionPb} pb, expected a positive number`,
      );
    }
    if (!(Number.isFinite(found.sumOfWeights) && found.sumOfWeights !== 0)) {
      throw this.#unusable(entry, `the sum of weights is ${found.sumOfWeights}, expected a non-zero number`);
    }
    this.#productions.push(found);
    return found;
  }

  #unusable(entry: number, what: string): RmmError {
    return new RmmError(
      'normalisation_unusable',
      `${this.#file}, entry ${entry}: ${what}; if the file is data, give its sample kind: data`,
      { context: { file: this.#file, entry } },
    );
  }
}

/** Files of one sample, and how the events of its channels are normalised. */
export interface SampleWeights {
  readonly sample: string;
  readonly files: readonly { readonly file: string; readonly weights: FileWeights }[];
}

/**
 * Summed weights of each channel: files with an equal sum are parts of one production, different sums are
 * separate productions and are added (decisions.md 19).
 * @throws channel_in_two_samples, normalisation_unusable where cross sections of a channel differ
 */
export function channelSums(
  samples: readonly SampleWeights[],
  shared: readonly number[] | 'any',
): Map<string, Map<number, number>> {
  const owner = new Map<number, { sample: string; file: string; crossSectionPb: number }>();
  const result = new Map<string, Map<number, number>>();
  for (const { sample, files } of samples) {
    const sums = new Map<number, Set<number>>();
    for (const { file, weights } of files) {
      for (const production of weights.productions) {
        const known = owner.get(production.channel);
        if (known === undefined)
          owner.set(production.channel, { sample, file, crossSectionPb: production.crossSectionPb });
        else checkOwner(known, sample, file, production, shared);
        const of = sums.get(production.channel) ?? new Set<number>();
        sums.set(production.channel, of.add(production.sumOfWeights));
      }
    }
    // Set keeps the order of files, so the sum is the same each time.
    result.set(
      sample,
      new Map([...sums].map(([channel, of]) => [channel, [...of].reduce((sum, value) => sum + value, 0)])),
    );
  }
  return result;
}

function checkOwner(
  known: { readonly sample: string; readonly file: string; readonly crossSectionPb: number },
  sample: string,
  file: string,
  production: Production,
  shared: readonly number[] | 'any',
): void {
  const { channel, crossSectionPb } = production;
  if (known.sample !== sample && shared !== 'any' && !shared.includes(channel)) {
    throw new RmmError(
      'channel_in_two_samples',
      `channel ${channel} stands in sample ${known.sample} (${known.file}) and in sample ${sample} (${file}); put them into one sample or name the channel in input.shared_channels`,
      { context: { channel, samples: [known.sample, sample] } },
    );
  }
  if (known.sample === sample && known.crossSectionPb !== crossSectionPb) {
    throw new RmmError(
      'normalisation_unusable',
      `sample ${sample}, channel ${channel}: cross section ${crossSectionPb} pb in ${file}, but ${known.crossSectionPb} pb in ${known.file}; they must be equal`,
      { context: { channel, file } },
    );
  }
}

/** Total over own sum of weights of a file's first production: what turns its median into the sample's units. */
export function ownShare(weights: FileWeights, sums: ReadonlyMap<number, number>): number {
  const first = weights.productions[0];
  return first === undefined ? 1 : first.sumOfWeights / (sums.get(first.channel) ?? first.sumOfWeights);
}
