import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AtomicFile, sweptAway, syncFolder } from './atomic-file.js';
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

  /**
   * Begins a file in it, to be finished before the folder is published. A name with slashes stands in folders below,
   * which are made.
   * @throws disk_full, io_failed
   */
  file(name: string): AtomicFile {
    this.#files += 1;
    return new AtomicFile(join(this.#new, name));
  }

  /** Adds a file, whole and durable. @throws disk_full, io_failed; the folder is then gone */
  write(name: string, content: Uint8Array): void {
    this.#attempt('writing', () => {
      const file = this.file(name);
      file.write(content);
      file.finish();
    });
  }

  /** @throws io_failed, as where the temporary folder was swept: what stands at the path is then untouched */
  publish(): void {
    this.#attempt('publishing', () => {
      // A file that is begun after a sweep makes the folder again, without those before it.
      if (filesBelow(this.#new) !== this.#files) throw sweptAway(this.path);
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

function filesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;
}
