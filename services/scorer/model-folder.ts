import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { prepareFileAtomic, writeFileAtomic } from '../../lib/base/atomic-file.js';
import { AtomicFolder } from '../../lib/base/atomic-folder.js';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { Prepared } from '../../lib/base/prepared.js';
import type { NamedFile } from '../../lib/learning/files.js';
import {
  type Model,
  modelFileNamesOf,
  modelFiles,
  modelFromFiles,
  modelIndexName,
} from '../../lib/learning/model.js';
import { packZip, unpackZip } from '../../lib/learning/model-zip.js';

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

/** Prepares the model folder, and the .zip with the same files. @throws disk_full, io_failed */
export function* prepareModel(folder: string, zip: string, model: Model): Generator<Prepared, void> {
  const { files } = modelFiles(model);
  // First the .zip: where a folder stands, the .zip beside it is its own.
  yield prepareFileAtomic(zip, packZip(files));
  yield filledFolder(folder, files);
}

/** Writes the model folder and the .zip. @throws disk_full, io_failed */
export function saveModel(folder: string, zip: string, model: Model): void {
  for (const prepared of prepareModel(folder, zip, model)) prepared.publish();
}

/** Writes the .zip of a model whose folder stands, where somebody deleted it. @throws disk_full, io_failed */
export function completeZip(zip: string, model: Model): void {
  if (!existsSync(zip)) writeFileAtomic(zip, packZip(modelFiles(model).files));
}

/**
 * The files of a model by name, from its folder or its .zip.
 * @throws model_missing where there is neither, model_corrupt where the .zip cannot be unpacked
 */
export function readModelFiles(path: string): Map<string, Uint8Array> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
    try {
      return unpackZip(readFileSync(path), path);
    } catch (error) {
      throw fromSystemError(error, 'reading', path);
    }
  }
  const index = readFolderFiles(path, [modelIndexName]);
  if (index === undefined) {
    throw new RmmError(
      'model_missing',
      `${path} is not a model: it lacks ${modelIndexName}; give the model/ folder or the model.zip of a finished run`,
      { context: { path } },
    );
  }
  // What else is missing, whoever reads the index says.
  for (const name of modelFileNamesOf(index.get(modelIndexName)!))
    for (const [found, bytes] of readFolderFiles(path, [name]) ?? []) index.set(found, bytes);
  return index;
}

/**
 * Reads a model from its folder or its .zip.
 * @throws model_missing, model_corrupt, model_version_unsupported
 */
export function loadModel(path: string): LoadedModel {
  return modelFromFiles(readModelFiles(path), path);
}
