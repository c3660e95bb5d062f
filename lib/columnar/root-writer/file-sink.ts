import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder, temporarySuffix } from '../../base/atomic-file.js';
import { fromSystemError } from '../../base/error.js';
import { makeFolder } from '../../base/make-folder.js';

/** A file that is written under a temporary name, mostly from start to end, and named when it is whole. */
export class FileSink {
  /** Where the next bytes go. */
  position = 0;
  private readonly temporary: string;
  private readonly descriptor: number;
  private open = true;

  /** @throws io_failed, disk_full */
  constructor(private readonly path: string) {
    this.temporary = join(dirname(path), `.${basename(path)}${temporarySuffix}`);
    try {
      makeFolder(dirname(path));
      this.descriptor = openSync(this.temporary, 'w');
    } catch (error) {
      throw fromSystemError(error, 'creating', path);
    }
  }

  /** @throws io_failed, disk_full */
  write(bytes: Uint8Array): void {
    let written = 0;
    try {
      // A nearly full disk accepts a part of the bytes and only fails the next call.
      while (written < bytes.length) {
        written += writeSync(
          this.descriptor,
          bytes,
          written,
          bytes.length - written,
          this.position + written,
        );
      }
    } catch (error) {
      throw fromSystemError(error, 'writing', this.path);
    }
    this.position += bytes.length;
  }

  /** Makes the bytes durable and gives the file its name. */
  commit(): void {
    try {
      fsyncSync(this.descriptor);
      this.closeOnce();
      renameSync(this.temporary, this.path);
      syncFolder(dirname(this.path));
    } catch (error) {
      throw fromSystemError(error, 'writing', this.path);
    }
  }

  /** Removes what was written. */
  discard(): void {
    this.closeOnce();
    rmSync(this.temporary, { force: true });
  }

  private closeOnce(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.descriptor);
  }
}
