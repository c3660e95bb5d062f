import { blockEntries } from '../../lib/flow/ranges.js';

/** Above so many places a set of bits is smaller than a list. */
const mostListed = blockEntries / 16;

/** Places of entries within a block: as a sorted list while they are few, else as bits; 1 KB at most. */
export class EntrySet {
  size = 0;
  #list = new Uint16Array(4);
  #bits: Uint32Array | undefined;

  /** False where it was there before. */
  add(place: number): boolean {
    if (this.#bits !== undefined) {
      const word = place >>> 5;
      const bit = 1 << (place & 31);
      if ((this.#bits[word]! & bit) !== 0) return false;
      this.#bits[word]! |= bit;
      this.size += 1;
      return true;
    }
    const at = this.#search(place);
    if (at < this.size && this.#list[at] === place) return false;
    if (this.size === mostListed) {
      this.#toBits();
      return this.add(place);
    }
    if (this.size === this.#list.length) {
      const larger = new Uint16Array(2 * this.size);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list.copyWithin(at + 1, at, this.size);
    this.#list[at] = place;
    this.size += 1;
    return true;
  }

  has(place: number): boolean {
    if (this.#bits !== undefined) return (this.#bits[place >>> 5]! & (1 << (place & 31))) !== 0;
    const at = this.#search(place);
    return at < this.size && this.#list[at] === place;
  }

  /** Index of the first that is not below `place`. */
  #search(place: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#list[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #toBits(): void {
    const bits = new Uint32Array(blockEntries / 32);
    for (let i = 0; i < this.size; i += 1) bits[this.#list[i]! >>> 5]! |= 1 << (this.#list[i]! & 31);
    this.#bits = bits;
    this.#list = new Uint16Array(0);
  }
}
