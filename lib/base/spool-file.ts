import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromSystemError, invariant } from './error.js';
import { makeFolder } from './make-folder.js';

/** Where bytes lie in a spool. */
export interface SpoolPlace {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes that are put away on disk one after the other, and read back in any order; only places are held in memory. */
export class SpoolFile {
  readonly #path: string;
  readonly #descriptor: number;
  #end = 0;

  /** Takes the place of a spool that an earlier process left. @throws disk_full, io_failed */
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

  /** @throws disk_full, io_failed */
  add(bytes: Uint8Array): SpoolPlace {
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#end + done);
    } catch (error) {
      throw fromSystemError(error, 'writing', this.#path);
    }
    const place = { at: this.#end, bytes: bytes.length };
    this.#end += bytes.length;
    return place;
  }

  read({ at, bytes: length }: SpoolPlace): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, bytes, done, length - done, at + done);
      invariant(count > 0, `${this.#path} is shorter than what was written`);
      done += count;
    }
    return bytes;
  }

  /** Closes and deletes the file. */
  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }
}
