import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';

/** Makes the output directory where it is missing and sees that it takes files. @throws output_unwritable, disk_full */
export function prepareFolder(directory: string): void {
  try {
    if (existsSync(directory) && !statSync(directory).isDirectory()) throw cannot(directory, 'it is a file');
    makeFolder(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof RmmError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code))
      throw cannot(directory, code, error);
    throw fromSystemError(error, 'making', directory);
  }
}

/**
 * Sees, before any work is done, that the table `path` can be written and is none of the files to read.
 * @throws output_unwritable, disk_full
 */
export function prepareFile(path: string, inputs: readonly string[]): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new RmmError(
      'output_unwritable',
      `${path} is a directory, expected a file name; give one with --output`,
      {
        context: { path },
      },
    );
  }
  const input = inputs.map((name) => statSync(name, { throwIfNoEntry: false }));
  if (found !== undefined && input.some((other) => other?.dev === found.dev && other.ino === found.ino)) {
    throw new RmmError('output_unwritable', `${path} is one of the input files; give --output another name`, {
      context: { path },
    });
  }
  prepareFolder(dirname(path));
}

function cannot(directory: string, why: string, cause?: unknown): RmmError {
  return new RmmError(
    'output_unwritable',
    `the output directory ${directory} cannot be written: ${why}; choose another with --output`,
    { context: { directory }, cause },
  );
}
