import { Hash64, salt } from '../../lib/base/hash64.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { PlannedFile } from '../kafka/run-state.js';

/** How many entries, and the sum of their hashes modulo 2^64 in two halves: whatever their order. */
export interface EntrySum {
  readonly count: number;
  readonly high: number;
  readonly low: number;
}

export const noEntries: EntrySum = { count: 0, high: 0, low: 0 };

export function addSums(a: EntrySum, b: EntrySum): EntrySum {
  const low = a.low + b.low;
  const carry = low > 0xffffffff ? 1 : 0;
  return { count: a.count + b.count, high: (a.high + b.high + carry) >>> 0, low: low >>> 0 };
}

export function sameSum(a: EntrySum, b: EntrySum): boolean {
  return a.count === b.count && a.high === b.high && a.low === b.low;
}

const ledgerSalt = salt('ledger');

/**
 * Number and hashed sum of the entries that were met, block by block: 12 bytes each. Two lists of entries that differ
 * have the same sum by chance only, once in 2^64: one that is missing and another that is doubled do not cancel.
 */
export class EntrySums {
  #counts = new Uint32Array(0);
  #highs = new Uint32Array(0);
  #lows = new Uint32Array(0);
  readonly #hash = new Hash64();

  grow(blocks: number): void {
    this.#counts = grown(this.#counts, blocks);
    this.#highs = grown(this.#highs, blocks);
    this.#lows = grown(this.#lows, blocks);
  }

  /**
   * Adds the entries [from, to) of a column of 64-bit entry numbers of one file.
   * @returns how many of them are no entries of the file
   */
  add(file: PlannedFile, entries: BigInt64Array, from: number, to: number): number {
    // As halves: reading 64-bit integers would allocate a BigInt each time.
    const halves = new Uint32Array(entries.buffer, entries.byteOffset, 2 * entries.length);
    const counts = this.#counts;
    const highs = this.#highs;
    const lows = this.#lows;
    const hash = this.#hash;
    let strange = 0;
    for (let row = from; row < to; row += 1) {
      const entryLow = halves[2 * row]!;
      const entryHigh = halves[2 * row + 1]!;
      const entry = entryHigh * 0x100000000 + entryLow;
      if (entry >= file.entries) {
        strange += 1;
        continue;
      }
      const block = file.firstBlock + Math.floor(entry / blockEntries);
      hash.start(ledgerSalt).add(entryHigh, entryLow);
      const low = lows[block]! + hash.low;
      counts[block]! += 1;
      lows[block] = low;
      highs[block] = highs[block]! + hash.high + (low > 0xffffffff ? 1 : 0);
    }
    return strange;
  }

  of(block: number): EntrySum {
    return { count: this.#counts[block]!, high: this.#highs[block]!, low: this.#lows[block]! };
  }
}

/** The same in an array of at least `length`, with room for more. */
export function grown<Numbers extends Uint8Array | Uint16Array | Uint32Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  if (length <= numbers.length) return numbers;
  const larger = new (numbers.constructor as new (length: number) => Numbers)(length + (length >> 2));
  larger.set(numbers);
  return larger;
}
