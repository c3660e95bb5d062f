import { invariant } from '../../base/error.js';
import { BranchColumn } from './branch-column.js';
import { corrupt } from './damage.js';
import type { Counts } from './entry-starts.js';
import type { FileBytes } from './file-bytes.js';
import { planReads, type Wanted } from './plan.js';
import { Scratch } from './scratch.js';
import { checkLayout, selectBranches, selectTree } from './select.js';
import type { Column, ColumnReader, RootMetadata } from './types.js';

interface WantedBasket extends Wanted {
  readonly column: number;
  readonly basket: number;
}

/**
 * A reader of `branches` of `tree` ('mini', or 'mini;2' for a cycle; the newest by default) on an open file.
 * @throws root_tree_missing, root_branch_missing, root_branch_unsupported, root_corrupt
 */
export function columnReader(
  file: FileBytes,
  metadata: RootMetadata,
  treeName: string,
  branches: readonly string[],
  onClose: () => void,
): ColumnReader {
  const tree = selectTree(metadata, treeName);
  const chosen = selectBranches(metadata.path, tree, branches);
  const shared = new Scratch();
  const arena = new Scratch();
  let bytesRead = 0;
  const columns = chosen.map((branch) => {
    checkLayout(metadata.path, tree, branch, file.size);
    return new BranchColumn(branch, metadata.path, shared, countsOf(branch.layout.counter));
  });

  /** Counts for baskets without offsets, through a reader of their own that is made on the first need. */
  function countsOf(counter: string | undefined): Counts | null {
    if (counter === undefined) return null;
    let reader: ColumnReader | undefined;
    return (first, count) => {
      reader ??= columnReader(file, metadata, treeName, [counter], () => {});
      const before = reader.bytesRead;
      const column = reader.read(first, count)[0]!;
      bytesRead += reader.bytesRead - before;
      if (column.kind !== 'scalar') {
        throw corrupt(
          { path: metadata.path, branch: counter },
          'it counts the values of another branch, but is no number',
        );
      }
      return column.values;
    };
  }

  function read(first: number, count: number): Column[] {
    invariant(
      Number.isSafeInteger(first) &&
        Number.isSafeInteger(count) &&
        first >= 0 &&
        count >= 0 &&
        first + count <= tree.entries,
      `entries ${first} to ${first + count} were asked of ${metadata.path}, tree ${tree.name} with ${tree.entries}`,
    );
    const wanted = wantedBaskets(columns, first, count);
    const order = wanted.slice();
    const plan = planReads(wanted);
    arena.reserve(plan.arenaBytes);
    for (const { seek, bytes, arenaAt } of plan.reads) {
      file.readInto(arena.bytes.subarray(arenaAt, arenaAt + bytes), seek, 'baskets');
      bytesRead += bytes;
    }
    let next = 0;
    return columns.map((column, index) => {
      column.begin();
      const { firstEntry, seek } = column.layout;
      let entry = first;
      let basket = basketOf(firstEntry, first);
      while (entry < first + count) {
        if (basket !== column.heldBasket) {
          if (basket >= seek.length) column.decodeEmbedded(basket);
          else {
            const found = order[next];
            next += 1;
            invariant(found?.column === index && found.basket === basket, 'the read plan lost a basket');
            column.decode(basket, arena.bytes.subarray(found.arenaAt, found.arenaAt + found.bytes));
          }
        }
        const start = firstEntry[basket]!;
        const end = Math.min(firstEntry[basket + 1]!, first + count);
        column.append(entry - start, end - start);
        entry = end;
        basket += 1;
      }
      return column.column();
    });
  }

  return {
    entries: tree.entries,
    get bytesRead() {
      return bytesRead;
    },
    read,
    close: onClose,
  };
}

/** Baskets on disk that hold the range and are not held decoded, branch by branch, in order of entries. */
function wantedBaskets(columns: readonly BranchColumn[], first: number, count: number): WantedBasket[] {
  const wanted: WantedBasket[] = [];
  columns.forEach((column, index) => {
    const { firstEntry, seek, bytes } = column.layout;
    if (count === 0) return;
    const start = basketOf(firstEntry, first);
    for (let basket = start; basket < seek.length && firstEntry[basket]! < first + count; basket += 1) {
      // Only the range's first basket can still be held when its turn comes: decoding another drops it.
      if (basket === start && basket === column.heldBasket) continue;
      wanted.push({ column: index, basket, seek: seek[basket]!, bytes: bytes[basket]!, arenaAt: 0 });
    }
  });
  return wanted;
}

/** The basket that holds `entry`: the last one that begins at or before it. */
function basketOf(firstEntry: Float64Array, entry: number): number {
  let low = 0;
  let high = firstEntry.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstEntry[middle]! <= entry) low = middle;
    else high = middle;
  }
  return low;
}
