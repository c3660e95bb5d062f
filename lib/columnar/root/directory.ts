import { Cursor } from './cursor.js';
import { corrupt } from './damage.js';
import type { FileBytes } from './file-bytes.js';
import type { FileHeader } from './header.js';
import { type Key, readKey } from './key.js';

/** Directories inside directories beyond this depth, or more of them, are taken as damage. */
const deepest = 64;
const mostDirectories = 100_000;

/** A key with the directory that holds it: '' or 'a/b/'. */
export interface PlacedKey extends Key {
  readonly folder: string;
}

export interface Listing {
  readonly keys: PlacedKey[];
  /** The raw bytes of all key lists, for the fingerprint. */
  readonly raw: Uint8Array[];
}

/** The keys of the root directory and all below it, in the file's order, each directory read once. */
export function listKeys(file: FileBytes, header: FileHeader): Listing {
  const listing: Listing = { keys: [], raw: [] };
  const seen = new Set<number>();
  // The root directory's record follows the first key, which holds the file's name and title.
  readDirectory(header.begin + header.nameBytes, '', 0);
  return listing;

  function readDirectory(at: number, folder: string, depth: number): void {
    if (depth > deepest || seen.size > mostDirectories) {
      throw corrupt({ path: file.path, byte: at }, 'the directories do not end');
    }
    if (seen.has(at)) return;
    seen.add(at);
    const what = `directory /${folder}`;
    const record = new Cursor(file.readAt(at, Math.min(60, file.size - at), what), file.path, at, what);
    const version = record.u16();
    record.take(4 + 4); // fDatimeC, fDatimeM
    const keysBytes = record.i32();
    record.take(4); // fNbytesName
    const big = version > 1000;
    record.take(big ? 16 : 8); // fSeekDir, fSeekParent
    const seekKeys = big ? record.i64() : record.i32();
    if (seekKeys === 0) return; // A directory that was never written has no keys.
    const raw = file.readAt(seekKeys, keysBytes, `key list of /${folder}`);
    listing.raw.push(raw);
    const cursor = new Cursor(raw, file.path, seekKeys, `key list of /${folder}`);
    readKey(cursor);
    const count = cursor.i32();
    if (count < 0 || count > cursor.remaining / 26) {
      cursor.fail(`${count} keys do not fit the ${cursor.remaining} bytes of the list`);
    }
    for (let index = 0; index < count; index += 1) {
      const key = readKey(cursor);
      if (key.seek + key.bytes > file.size) {
        cursor.fail(
          `key ${key.name} is said to end at byte ${key.seek + key.bytes}, the file ends at ${file.size}`,
        );
      }
      listing.keys.push({ ...key, folder });
      if (key.className === 'TDirectory' || key.className === 'TDirectoryFile') {
        readDirectory(key.seek + key.keyBytes, `${folder}${key.name}/`, depth + 1);
      }
    }
  }
}
