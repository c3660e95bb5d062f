import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromSystemError, invariant, RmmError } from './error.js';
import { makeFolder } from './make-folder.js';
import { temporaryPath } from './temporary-files.js';

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
 *
 * The temporary name is nobody else's, so that a process which was taken for dead and goes on never writes into
 * what its successor publishes. Whoever sweeps temporary files takes from their writers the power to publish.
 */
export class AtomicFile {
  readonly path: string;
  /** Where the next bytes go; may be set back to write over what is there. */
  position = 0;
  readonly #temporary: string;
  #descriptor: number | undefined;
  #state: 'open' | 'prepared' | 'over' = 'open';

  /** Makes the folder when missing. @throws disk_full, io_failed */
  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    this.#attempt('creating', () => {
      makeFolder(dirname(path));
      this.#descriptor = openSync(this.#temporary, 'wx');
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

  /** All is written: makes it durable, still under the temporary name. @throws disk_full, io_failed */
  prepare(): this {
    this.#attempt('writing', (descriptor) => {
      fsyncSync(descriptor);
      this.#close();
    });
    this.#state = 'prepared';
    return this;
  }

  /**
   * Gives a prepared file its name: one rename, which fails where the temporary file was swept.
   * @throws disk_full, io_failed
   */
  publish(): void {
    invariant(this.#state === 'prepared', `${this.path} is published once, after it was prepared`);
    this.#attempt('publishing', () => {
      try {
        renameSync(this.#temporary, this.path);
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? sweptAway(this.path, error) : error;
      }
      this.#state = 'over';
      syncFolder(dirname(this.path));
    });
  }

  /** `prepare` and `publish`. @throws disk_full, io_failed */
  finish(): void {
    this.prepare().publish();
  }

  /** Gives up: closes and deletes the temporary file. Harmless once published. */
  abort(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
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

/** The error of what cannot be published since somebody swept it. */
export function sweptAway(path: string, cause?: unknown): RmmError {
  return new RmmError(
    'io_failed',
    `${path} could not be published: its temporary file was removed, as a new owner of the output does; a service that still owns it writes it again`,
    { context: { path }, cause },
  );
}

/** Writes a whole file under a temporary name; `publish` gives it its own. @throws disk_full, io_failed */
export function prepareFileAtomic(
  path: string,
  chunks: string | Uint8Array | readonly Uint8Array[],
): AtomicFile {
  const file = new AtomicFile(path);
  const list =
    typeof chunks === 'string' ? [Buffer.from(chunks)] : chunks instanceof Uint8Array ? [chunks] : chunks;
  for (const chunk of list) file.write(chunk);
  return file.prepare();
}

/** Writes a whole file atomically. Makes the folder when missing. @throws disk_full, io_failed */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | readonly Uint8Array[]): void {
  prepareFileAtomic(path, chunks).publish();
}
