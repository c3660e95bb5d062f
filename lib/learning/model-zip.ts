import { unzipSync, zipSync } from 'fflate';
import { RmmError } from '../base/error.js';
import { corrupt, type NamedFile } from './files.js';
import { modelFileNamesOf, modelIndexName } from './model.js';

/** Folder inside the archive, so that unpacking makes one. */
const folder = 'model/';
/**
 * What the files of a model may become: so much in any case, and so many bytes more for each byte of the archive. Weights
 * hardly shrink; what claims more was made to fill the memory.
 */
const freeBytes = 2 ** 26;
const mostPerByte = 50;

/** The files of a model as one .zip: the same files give the same bytes, on every machine and at any time. */
export function packZip(files: readonly NamedFile[]): Uint8Array {
  const entries = Object.fromEntries(files.map(({ name, bytes }) => [folder + name, bytes]));
  // The first moment that the format knows, in whatever time zone.
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) });
}

/**
 * The files of a model in a .zip, by name: those that its model.json names beside itself, in whatever folder that lies, so
 * that an archive that somebody else packed is read too. Nothing else is unpacked.
 * @param where the archive, for messages
 * @throws RmmError `model_corrupt` where it cannot be unpacked or holds no model, or more than one
 */
export function unpackZip(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const names: string[] = [];
  unpack(bytes, where, (name) => {
    names.push(name);
    return false;
  });
  const indexes = names.filter((name) => name === modelIndexName || name.endsWith(`/${modelIndexName}`));
  if (indexes.length !== 1)
    throw corrupt(`${where} holds ${indexes.length} files ${modelIndexName}; expected that of one model`);
  const index = indexes[0]!;
  const prefix = index.slice(0, -modelIndexName.length);
  const content = unpack(bytes, where, (name) => name === index)[index]!;
  const wanted = new Set(modelFileNamesOf(content).map((name) => prefix + name));
  const unpacked = unpack(bytes, where, (name) => wanted.has(name));
  return new Map(Object.entries(unpacked).map(([name, file]) => [name.slice(prefix.length), file]));
}

/** The chosen entries of an archive, whose sizes are looked at before any is unpacked. */
function unpack(
  bytes: Uint8Array,
  where: string,
  isWanted: (name: string) => boolean,
): Record<string, Uint8Array> {
  const most = freeBytes + mostPerByte * bytes.length;
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (!isWanted(name)) return false;
        total += originalSize;
        if (total > most)
          throw new Error(`its files would become more than ${most} bytes, from ${bytes.length}`);
        return true;
      },
    });
  } catch (cause) {
    throw new RmmError('model_corrupt', `${where} cannot be unpacked: ${(cause as Error).message}`, {
      cause,
    });
  }
}
