import type { RecordOf } from './progress-records.js';

type Generation = RecordOf<'generation'>;

/**
 * The generations of a run without end, in a row from 0. Those that a model was made of are let go: a run of months
 * has a million of them.
 */
export class GenerationLog {
  /** Number of the first that is kept. */
  #first = 0;
  readonly #kept: Generation[] = [];

  /** How many were put on record. */
  get count(): number {
    return this.#first + this.#kept.length;
  }

  /** Undefined where it is not on record yet, and where it was let go. */
  at(number: number): Generation | undefined {
    return this.#kept[number - this.#first];
  }

  /** Takes the next one; one with another number came too late, or is nobody's. */
  add(generation: Generation): void {
    if (generation.number === this.count) this.#kept.push(generation);
  }

  /** Lets go of those before `number`. The last one stays: the next begins where it ends. */
  letGoBefore(number: number): void {
    while (this.#first < number && this.#kept.length > 1) {
      this.#kept.shift();
      this.#first += 1;
    }
  }
}
