import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromSystemError, invariant } from './error.js';
import { makeFolder } from './make-folder.js';
import { temporaryPath } from './temporary-files.js';

/** Where bytes lie in a spool. */
export interface SpoolPlace {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Bytes that are put away on disk one after the other, and read back in any order; only places are held in memory. The
 * file loses its name as soon as it is open: nobody else, such as a successor of an owner that goes on after it was
 * taken for dead, can meet it, and the system takes it away at the end of the process, whatever that is.
 */
export class SpoolFile {
  readonly #path: string;
  readonly #descriptor: number;
  #end = 0;

  /** @param path where it begins, and how errors call it @throws disk_full, io_failed */
  constructor(path: string) {
    this.#path = path;
    try {
      makeFolder(dirname(path));
      const temporary = temporaryPath(path);
      this.#descriptor = openSync(temporary, 'wx+');
      rmSync(temporary, { force: true });
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

  /** Gives the room on the disk back. */
  close(): void {
    closeSync(this.#descriptor);
  }
}
