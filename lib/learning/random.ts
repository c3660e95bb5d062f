import { Hash64, salt } from '../base/hash64.js';

/**
 * xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c), seeded by the event
 * hash of (purpose, words). Every use has a purpose and counters of its own, so the position of a generator
 * never has to be saved: naming seed, pass, megaset and epoch is enough to go on exactly.
 */
export class Random {
  private readonly state = new Uint32Array(4);

  /**
   * @param purpose up to 8 ASCII characters
   * @param words whole numbers below 2^31
   */
  constructor(purpose: string, words: readonly number[]) {
    const hash = new Hash64().start(salt(purpose));
    for (const word of words) hash.addInt(word);
    this.state[0] = hash.high;
    this.state[1] = hash.low;
    hash.addInt(0);
    this.state[2] = hash.high;
    // The state must not be all zero; one odd word makes sure.
    this.state[3] = hash.low | 1;
  }

  /** The next 32 bits as an unsigned number. */
  next(): number {
    const { state } = this;
    const five = Math.imul(state[1]!, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = (state[3]! << 11) | (state[3]! >>> 21);
    return result;
  }

  /** A number in [0, 1) with 32 bits. */
  unit(): number {
    return this.next() / 0x100000000;
  }

  /** A whole number in [0, count), without bias: what lies above the last multiple of `count` is drawn again. */
  below(count: number): number {
    const limit = 0x100000000 - (0x100000000 % count);
    let draw = this.next();
    while (draw >= limit) draw = this.next();
    return draw % count;
  }
}

/** 0 .. count-1 in an order drawn from `random` (Fisher-Yates). */
export function permutation(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  for (let index = count - 1; index > 0; index--) {
    const other = random.below(index + 1);
    const kept = order[index]!;
    order[index] = order[other]!;
    order[other] = kept;
  }
  return order;
}
