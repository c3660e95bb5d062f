import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fromSystemError, invariant } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';
import type { Moments } from '../../lib/learning/moments.js';
import { momentsFromBytes } from '../../lib/learning/moments-bytes.js';
import { momentsTree } from './block-moments.js';
import type { readMoments } from './moments-message.js';

interface Place {
  readonly at: number;
  readonly bytes: number;
  readonly rowsBySplit: readonly number[];
}

/**
 * Moments of blocks in a file, in whatever order they come, to be merged in the order of the blocks' names. Only
 * their places are held in memory: a run of terabytes has hundreds of thousands of blocks of 10 KB.
 */
export class MomentsSpool {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #places = new Map<string, Place>();
  #end = 0;

  /** Takes the place of a spool that an earlier process left. */
  constructor(path: string) {
    this.#path = path;
    try {
      makeFolder(dirname(path));
      rmSync(path, { force: true });
      this.#descriptor = openSync(path, 'w+');
    } catch (error) {
      throw fromSystemError(error, 'making', path);
    }
  }

  get blocks(): number {
    return this.#places.size;
  }

  /** A block that is there already is the same again. */
  add({ name, bytes, rowsBySplit }: ReturnType<typeof readMoments>): boolean {
    if (this.#places.has(name)) return false;
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#end + done);
    } catch (error) {
      throw fromSystemError(error, 'writing', this.#path);
    }
    this.#places.set(name, { at: this.#end, bytes: bytes.length, rowsBySplit });
    this.#end += bytes.length;
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
      const { at, bytes } = this.#places.get(name)!;
      if (bytes > 0) tree.push(momentsFromBytes(this.#read(at, bytes)));
    }
    return tree.result();
  }

  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }

  #read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, bytes, done, length - done, at + done);
      invariant(count > 0, `${this.#path} is shorter than what was written`);
      done += count;
    }
    return bytes;
  }
}
