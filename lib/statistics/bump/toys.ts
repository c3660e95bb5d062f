import { Hash64, salt } from '../../base/hash64.js';

const toySalt = salt('bumptoys');

/** Cumulative Poisson distribution of a bin: chances[k] = P(count <= least + k). */
interface Bin {
  readonly least: number;
  readonly chances: Float64Array;
}

/**
 * Poisson counts about given means. The count of (toy, bin) is the inverse of the distribution at a uniform number:
 * the event hash (lib/base/hash64.ts, salt "bumptoys") of seed, toy and bin, as `unit` reads it. So toys depend on
 * no order, and a longer list of toys begins with a shorter one.
 */
export class PoissonToys {
  readonly #bins: readonly Bin[];
  readonly #scales: Float64Array;

  /** @param scales variance over mean of each bin: a toy's count is a Poisson number of mean / scale, times scale */
  constructor(means: Float64Array, scales: Float64Array) {
    this.#bins = Array.from(means, (mean, bin) => distribution(mean / scales[bin]!));
    this.#scales = scales;
  }

  draw(seed: number, toy: number, counts: Float64Array): void {
    const hash = new Hash64().start(toySalt).addInt(seed).addInt(toy);
    const { high, low } = hash;
    for (let bin = 0; bin < counts.length; bin++) {
      hash.high = high;
      hash.low = low;
      const { least, chances } = this.#bins[bin]!;
      counts[bin] = (least + firstAbove(chances, hash.addInt(bin).unit())) * this.#scales[bin]!;
    }
  }
}

/** From so far below the mean to so far above it that what is left out is beyond the 53 bits of a uniform number. */
function distribution(mean: number): Bin {
  const reach = 10 * Math.sqrt(mean);
  const least = Math.max(0, Math.floor(mean - reach));
  const chances = new Float64Array(Math.ceil(mean + reach) + 40 - least);
  const mode = Math.floor(mean) - least;
  chances[mode] = 1;
  for (let k = mode + 1; k < chances.length; k++) chances[k] = (chances[k - 1]! * mean) / (least + k);
  for (let k = mode - 1; k >= 0; k--) chances[k] = (chances[k + 1]! * (least + k + 1)) / mean;
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  let sum = 0;
  for (let k = 0; k < chances.length; k++) {
    sum += chances[k]! / total;
    chances[k] = sum;
  }
  return { least, chances };
}

/** The first place whose chance is above `uniform`. */
function firstAbove(chances: Float64Array, uniform: number): number {
  let low = 0;
  let high = chances.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chances[middle]! > uniform) high = middle;
    else low = middle + 1;
  }
  return low;
}
