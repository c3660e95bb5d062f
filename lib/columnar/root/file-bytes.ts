import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fromSystemError, RmmError } from '../../base/error.js';
import { corrupt } from './damage.js';

/** An open file that hands out bytes by position and refuses what lies outside of it. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  /** Fills `into` from `position`. */
  readInto(into: Uint8Array, position: number, what: string): void;
  /** `length` bytes at `position`, in a buffer of their own; `what` is named in errors. */
  readAt(position: number, length: number, what: string): Uint8Array;
  close(): void;
}

/**
 * Opens a local file for reading.
 * @throws root_remote_url, root_file_missing, root_is_directory, io_failed
 */
export function openFileBytes(path: string): FileBytes {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new RmmError(
      'root_remote_url',
      `${path} is a remote address; copy the file first, for instance: xrdcp ${path} .`,
      { context: { path } },
    );
  }
  let descriptor: number;
  let size: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RmmError('root_file_missing', `${path} does not exist`, { context: { path }, cause: error });
    }
    throw fromSystemError(error, 'opening', path);
  }
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) {
      throw new RmmError(
        'root_is_directory',
        `${path} is a directory, not a ROOT file; name the files in it, for instance ${path.replace(/\/+$/, '')}/*.root`,
        { context: { path } },
      );
    }
    size = status.size;
  } catch (error) {
    closeSync(descriptor);
    throw fromSystemError(error, 'opening', path);
  }
  let open = true;

  function readInto(into: Uint8Array, position: number, what: string): void {
    if (!(position >= 0 && position + into.byteLength <= size)) {
      throw corrupt(
        { path, byte: position },
        `${what} is said to have ${into.byteLength} bytes here, but the file ends at byte ${size}`,
      );
    }
    let done = 0;
    while (done < into.byteLength) {
      let got: number;
      try {
        got = readSync(descriptor, into, done, into.byteLength - done, position + done);
      } catch (error) {
        throw fromSystemError(error, 'reading', path);
      }
      if (got === 0) {
        throw new RmmError(
          'root_file_changed',
          `${path} became shorter while it was read: it had ${size} bytes when opened and ends at byte ${position + done} now`,
          { context: { path, byte: position + done } },
        );
      }
      done += got;
    }
  }

  return {
    path,
    size,
    readInto,
    readAt(position, length, what) {
      if (!(length >= 0 && position >= 0 && position + length <= size)) {
        throw corrupt(
          { path, byte: position },
          `${what} is said to have ${length} bytes here, but the file ends at byte ${size}`,
        );
      }
      const bytes = new Uint8Array(length);
      readInto(bytes, position, what);
      return bytes;
    },
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}
