import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFolder } from '../../lib/base/atomic-folder.js';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { NamedFile } from '../../lib/learning/files.js';
import {
  type Model,
  modelFileNames,
  modelFileNamesOf,
  modelFiles,
  modelFromFiles,
} from '../../lib/learning/model.js';

/** A model that was read from its folder, with the id that outputs carry as model_version. */
export interface LoadedModel {
  readonly id: string;
  readonly model: Model;
}

/** Prepares a new folder with files, to be published at `folder` as a whole. @throws disk_full, io_failed */
function filledFolder(folder: string, files: readonly NamedFile[]): AtomicFolder {
  const made = new AtomicFolder(folder);
  for (const { name, bytes } of files) made.write(name, bytes);
  return made;
}

/** Writes files into a new folder that appears at `folder` as a whole; what was there before is replaced. */
export function writeFolder(folder: string, files: readonly NamedFile[]): void {
  filledFolder(folder, files).publish();
}

/** The files of a folder by name; undefined where one is missing. */
export function readFolderFiles(
  folder: string,
  names: readonly string[],
): Map<string, Uint8Array> | undefined {
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    try {
      files.set(name, readFileSync(join(folder, name)));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw fromSystemError(error, 'reading', join(folder, name));
    }
  }
  return files;
}

/** Prepares the model folder. @throws disk_full, io_failed */
export function prepareModel(folder: string, model: Model): AtomicFolder {
  return filledFolder(folder, modelFiles(model).files);
}

/** Writes the model folder. @throws disk_full, io_failed */
export function saveModel(folder: string, model: Model): void {
  prepareModel(folder, model).publish();
}

/** @throws model_missing, model_corrupt, model_version_unsupported */
export function loadModel(folder: string): LoadedModel {
  const index = readFolderFiles(folder, [modelFileNames[0]]);
  const names = index === undefined ? modelFileNames : modelFileNamesOf(index.get(modelFileNames[0])!);
  const files = readFolderFiles(folder, names);
  if (files === undefined) {
    throw new RmmError(
      'model_missing',
      `${folder} is not a model: it lacks one of ${names.join(', ')}; give the model/ folder of a finished run`,
      { context: { folder } },
    );
  }
  return modelFromFiles(files, folder);
}
