import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeFileAtomic } from './atomic-file.js';
import { fromSystemError } from './error.js';
import { makeFolder } from './make-folder.js';
import type { Prepared } from './prepared.js';
import { temporaryPath } from './temporary-files.js';

/**
 * A folder that is filled under a temporary name, nobody else's, and then takes the place of what stands at its path
 * as a whole. One without files takes away what stands there.
 */
export class AtomicFolder implements Prepared {
  readonly path: string;
  readonly #temporary: string;
  #files = 0;

  /** Makes the folders above it when missing. @throws disk_full, io_failed */
  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    this.#attempt('making', () => makeFolder(this.#new));
  }

  get #new(): string {
    return join(this.#temporary, 'new');
  }

  /** Adds a file, whole and durable. @throws disk_full, io_failed; the folder is then gone */
  write(name: string, content: string | Uint8Array): void {
    this.#attempt('writing', () => writeFileAtomic(join(this.#new, name), content));
    this.#files += 1;
  }

  /** @throws io_failed, as where the temporary folder was swept: what stands at the path is then untouched */
  publish(): void {
    this.#attempt('publishing', () => {
      // Between the two renames a kill leaves no folder: whoever goes on makes it again.
      if (existsSync(this.path)) renameSync(this.path, join(this.#temporary, 'old'));
      if (this.#files > 0) renameSync(this.#new, this.path);
      syncFolder(dirname(this.path));
    });
    this.abort();
  }

  abort(): void {
    rmSync(this.#temporary, { recursive: true, force: true });
  }

  #attempt(doing: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.abort();
      throw fromSystemError(error, doing, this.path);
    }
  }
}
