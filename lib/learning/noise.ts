import type { Network, NoiseSpec } from './network.js';
import { Random } from './random.js';

/** Values in the table of normal deviates. A prime, so that no stride of rows fits into it. */
const tableSize = 1_048_573;

/**
 * The random numbers of training steps. They follow from (seed, step) and from nothing else, so that a checkpoint
 * needs no more than these two, and every backend gets the same.
 *
 * Drawing a normal deviate for every latent value would take as long as the step itself. Instead a table of a million
 * of them is drawn once for each seed, and each row of a batch takes as many neighbours as it needs from a place of
 * its own, drawn anew at every step.
 */
export class NoiseSource {
  readonly #seed: number;
  readonly #specs: readonly NoiseSpec[];
  readonly #tables: readonly Float32Array[];
  /** The arrays that `fill` writes, in the order of network.noise. */
  readonly arrays: readonly Float32Array[];
  readonly #batch: number;

  constructor(network: Network, seed: number, batch: number) {
    this.#seed = seed;
    this.#specs = network.noise;
    this.#batch = batch;
    this.arrays = network.noise.map(({ width }) => new Float32Array(batch * width));
    const normal = network.noise.some(({ kind }) => kind === 'normal') ? normals(seed, network) : undefined;
    this.#tables = network.noise.map((spec) =>
      spec.kind === 'normal' ? normal! : keeps(seed, network, spec),
    );
  }

  /** Fills the arrays for a step, the first being 1. */
  fill(step: number): void {
    for (const [index, { layer, width, kind }] of this.#specs.entries()) {
      const table = this.#tables[index]!;
      const out = this.arrays[index]!;
      const random = new Random(kind === 'normal' ? 'eps' : 'dropout', [this.#seed, step, layer]);
      for (let row = 0; row < this.#batch; row++) {
        const from = random.below(tableSize);
        out.set(table.subarray(from, from + width), row * width);
      }
    }
  }
}

/** Standard normal deviates by Box and Muller, the first ones again behind the last so that a row can run over. */
function normals(seed: number, network: Network): Float32Array {
  const random = new Random('normals', [seed]);
  const table = new Float32Array(tableSize + widest(network));
  for (let at = 0; at < tableSize; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
    const angle = 2 * Math.PI * random.unit();
    table[at] = radius * Math.cos(angle);
    table[at + 1] = radius * Math.sin(angle);
  }
  return wrapped(table);
}

function keeps(seed: number, network: Network, { layer, rate }: NoiseSpec): Float32Array {
  const random = new Random('keeps', [seed, layer]);
  const table = new Float32Array(tableSize + widest(network));
  for (let at = 0; at < tableSize; at++) table[at] = random.unit() < rate ? 0 : 1 / (1 - rate);
  return wrapped(table);
}

function wrapped(table: Float32Array): Float32Array {
  table.copyWithin(tableSize, 0, table.length - tableSize);
  return table;
}

function widest({ noise }: Network): number {
  return noise.reduce((most, { width }) => Math.max(most, width), 0);
}
