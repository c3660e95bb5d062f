import { setImmediate } from 'node:timers/promises';
import { SpoolFile, type SpoolPlace } from '../../lib/base/spool-file.js';
import type { Moments } from '../../lib/learning/moments.js';
import { momentsFromBytes } from '../../lib/learning/moments-bytes.js';
import { momentsTree } from './block-moments.js';
import type { readMoments } from './moments-message.js';

interface Place extends SpoolPlace {
  readonly rowsBySplit: readonly number[];
}

/**
 * Moments of blocks in a file, in whatever order they come, to be merged in the order of the blocks' names. Only
 * their places are held in memory: a run of terabytes has hundreds of thousands of blocks of 10 KB.
 */
export class MomentsSpool {
  readonly #file: SpoolFile;
  readonly #places = new Map<string, Place>();

  constructor(path: string) {
    this.#file = new SpoolFile(path);
  }

  get blocks(): number {
    return this.#places.size;
  }

  /** A block that is there already is the same again. */
  add({ name, bytes, rowsBySplit }: ReturnType<typeof readMoments>): boolean {
    if (this.#places.has(name)) return false;
    this.#places.set(name, { ...this.#file.add(bytes), rowsBySplit });
    return true;
  }

  rowsBySplit(): number[] {
    const sums = [0, 0, 0, 0];
    for (const { rowsBySplit } of this.#places.values())
      for (const [code, rows] of rowsBySplit.entries()) sums[code]! += rows;
    return sums;
  }

  /** The merge of all blocks in the order of their names (decisions.md 10); undefined where no row is trained on. */
  async merged(): Promise<Moments | undefined> {
    const tree = momentsTree();
    for (const [index, name] of [...this.#places.keys()].sort().entries()) {
      // Lets heartbeats and signals through.
      if (index % 64 === 63) await setImmediate();
      const place = this.#places.get(name)!;
      if (place.bytes > 0) tree.push(momentsFromBytes(this.#file.read(place)));
    }
    return tree.result();
  }

  close(): void {
    this.#file.close();
  }
}
