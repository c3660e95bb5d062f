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
 * Writes `chunks` to `path` so that after a crash at any moment the file is either absent (or its old self)
 * or whole: temporary file, fsync, rename, folder fsync. Makes the folder when missing.
 * @throws disk_full, io_failed
 */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | readonly Uint8Array[]): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}${temporarySuffix}`);
  try {
    makeFolder(folder);
    const descriptor = openSync(temporary, 'w');
    try {
      const list =
        typeof chunks === 'string' ? [Buffer.from(chunks)] : chunks instanceof Uint8Array ? [chunks] : chunks;
      for (const chunk of list) {
        let written = 0;
        // A nearly full disk accepts a part of the bytes and only fails the next call.
        while (written < chunk.byteLength) written += writeSync(descriptor, chunk, written);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fromSystemError(error, 'writing', path);
  }
}
