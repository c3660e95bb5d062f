import { unzipSync, zipSync } from 'fflate';
import { RmmError } from '../base/error.js';
import { corrupt, type NamedFile } from './files.js';
import { modelIndexName } from './model.js';

/** Folder inside the archive, so that unpacking makes one. */
const folder = 'model/';
/** More is refused before it is unpacked; the largest network with a large reference is far below. */
const largestBytes = 2 ** 31;

/** The files of a model as one .zip: the same files give the same bytes, on every machine and at any time. */
export function packZip(files: readonly NamedFile[]): Uint8Array {
  const entries = Object.fromEntries(files.map(({ name, bytes }) => [folder + name, bytes]));
  // The first moment that the format knows, in whatever time zone.
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) });
}

/**
 * The files of a model in a .zip, by name: those beside its model.json, in whatever folder that lies, so that an
 * archive that somebody else packed is read too.
 * @param where the archive, for messages
 * @throws RmmError `model_corrupt` where it cannot be unpacked or holds no model, or more than one
 */
export function unpackZip(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  let total = 0;
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        if (total > largestBytes) throw new Error(`it holds more than ${largestBytes} bytes`);
        return true;
      },
    });
  } catch (cause) {
    throw new RmmError('model_corrupt', `${where} cannot be unpacked: ${(cause as Error).message}`, {
      cause,
    });
  }
  const names = Object.keys(unpacked);
  const indexes = names.filter((name) => name === modelIndexName || name.endsWith(`/${modelIndexName}`));
  if (indexes.length !== 1)
    throw corrupt(`${where} holds ${indexes.length} files ${modelIndexName}; expected that of one model`);
  const prefix = indexes[0]!.slice(0, -modelIndexName.length);
  return new Map(
    names
      .filter((name) => name.startsWith(prefix) && name !== prefix)
      .map((name) => [name.slice(prefix.length), unpacked[name]!]),
  );
}
