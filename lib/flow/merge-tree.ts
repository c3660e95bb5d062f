/**
 * Merges a sequence by a binary tree whose shape depends on the number of items only (pairs, then pairs of
 * pairs, an odd last one carried up), keeping no more than log2(n) partial results: like carrying in a binary
 * counter. Floating-point sums are then bit-equal however the items were produced.
 */
export class MergeTree<Item> {
  readonly #levels: (Item | undefined)[] = [];
  readonly #merge: (left: Item, right: Item) => Item;

  constructor(merge: (left: Item, right: Item) => Item) {
    this.#merge = merge;
  }

  push(item: Item): void {
    let carried = item;
    let level = 0;
    for (; this.#levels[level] !== undefined; level += 1) {
      carried = this.#merge(this.#levels[level] as Item, carried);
      this.#levels[level] = undefined;
    }
    this.#levels[level] = carried;
  }

  /** The merge of everything pushed, or undefined when nothing was. */
  result(): Item | undefined {
    let merged: Item | undefined;
    for (const item of this.#levels) {
      if (item === undefined) continue;
      merged = merged === undefined ? item : this.#merge(item, merged);
    }
    return merged;
  }
}
