import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromSystemError } from './error.js';
import { makeFolder } from './make-folder.js';

/** The ending of files that are being written; a start-up sweep may delete any it finds. */
export const temporarySuffix = '.tmp';

/** Makes the rename of a file in `folder` durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A file that is written piece by piece under a temporary name beside it, mostly from start to end, and has its
 * own name only once it is whole and durable: after a crash at any moment it is absent (or its old self) or whole.
 */
export class AtomicFile {
  readonly path: string;
  /** Where the next bytes go; may be set back to write over what is there. */
  position = 0;
  readonly #temporary: string;
  #descriptor: number | undefined;

  /** Makes the folder when missing. @throws disk_full, io_failed */
  constructor(path: string) {
    this.path = path;
    this.#temporary = join(dirname(path), `.${basename(path)}${temporarySuffix}`);
    this.#attempt('creating', () => {
      makeFolder(dirname(path));
      this.#descriptor = openSync(this.#temporary, 'w');
    });
  }

  /** @throws disk_full, io_failed; the temporary file is then gone */
  write(bytes: Uint8Array): void {
    this.#attempt('writing', (descriptor) => {
      let written = 0;
      // A nearly full disk accepts a part of the bytes and only fails the next call.
      while (written < bytes.byteLength) {
        written += writeSync(descriptor, bytes, written, bytes.byteLength - written, this.position + written);
      }
    });
    this.position += bytes.byteLength;
  }

  /** fsync, rename, folder fsync. @throws disk_full, io_failed */
  finish(): void {
    this.#attempt('writing', (descriptor) => {
      fsyncSync(descriptor);
      closeSync(descriptor);
      this.#descriptor = undefined;
      renameSync(this.#temporary, this.path);
      syncFolder(dirname(this.path));
    });
  }

  /** Gives up: closes and deletes the temporary file. Harmless after `finish`. */
  abort(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#temporary, { force: true });
  }

  #attempt(doing: string, act: (descriptor: number) => void): void {
    try {
      act(this.#descriptor ?? -1);
    } catch (error) {
      this.abort();
      throw fromSystemError(error, doing, this.path);
    }
  }
}

/** Writes a whole file atomically. Makes the folder when missing. @throws disk_full, io_failed */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | readonly Uint8Array[]): void {
  const file = new AtomicFile(path);
  const list =
    typeof chunks === 'string' ? [Buffer.from(chunks)] : chunks instanceof Uint8Array ? [chunks] : chunks;
  for (const chunk of list) file.write(chunk);
  file.finish();
}
