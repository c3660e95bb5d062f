import { createHash } from 'node:crypto';
import { type ClassDescriptions, readClassDescriptions } from './class-description.js';
import { Cursor } from './cursor.js';
import { unsupported } from './damage.js';
import { listKeys, type PlacedKey } from './directory.js';
import type { FileBytes } from './file-bytes.js';
import { type FileHeader, readHeader } from './header.js';
import { readRecord } from './record.js';
import { readStoredObject } from './stored-object.js';
import { treeMetadata } from './tree-metadata.js';
import type { RootMetadata, TreeMetadata } from './types.js';

/**
 * Reads all that is known of a file without touching a basket: header, directories, class descriptions and
 * every cycle of every tree.
 * @throws root_file_empty, root_not_a_root_file, root_truncated, root_corrupt, root_unsupported
 */
export function readMetadata(file: FileBytes): RootMetadata {
  const header = readHeader(file);
  const listing = listKeys(file, header);
  const hash = createHash('sha256').update(header.raw);
  for (const raw of listing.raw) hash.update(raw);
  const trees: TreeMetadata[] = [];
  let classes: ClassDescriptions | undefined;
  for (const key of listing.keys) {
    if (!mayBeTree(key)) continue;
    classes ??= fileClasses(file, header);
    if (!isTree(key.className, classes)) continue;
    const name = `${key.folder}${key.name}`;
    const record = readRecord(file, key.seek, key.bytes, `tree ${name};${key.cycle}`, key);
    hash.update(record.raw);
    const cursor = new Cursor(record.object, file.path, key.seek, `tree ${name};${key.cycle}`);
    const stored = readStoredObject(cursor, record.key.keyBytes, classes, key.className, 'fLeaves');
    trees.push(treeMetadata(stored, name, key.cycle, file.path, classes));
  }
  const ntuples = listing.keys
    .filter((key) => /^ROOT::(Experimental::)?RNTuple$/.test(key.className))
    .map((key) => `${key.folder}${key.name}`);
  return {
    path: file.path,
    size: file.size,
    uuid: header.uuid,
    metadataHash: hash.digest('hex'),
    trees,
    ntuples,
  };
}

/** Directories and the commonest objects beside trees need no class descriptions to be left out. */
function mayBeTree(key: PlacedKey): boolean {
  return !/^(TDirectory|TH[123]|TObjString|TList|TNamed|TGraph|TCanvas|TParameter|ROOT::)/.test(
    key.className,
  );
}

function fileClasses(file: FileBytes, header: FileHeader): ClassDescriptions {
  if (header.infoBytes === 0) {
    throw unsupported({ path: file.path }, 'the file has no class descriptions, so its trees cannot be read');
  }
  const record = readRecord(file, header.seekInfo, header.infoBytes, 'class descriptions');
  const cursor = new Cursor(record.object, file.path, header.seekInfo, 'class descriptions');
  return readClassDescriptions(cursor, record.key.keyBytes);
}

/** TTree itself or a class with TTree among its bases (TNtuple, ...). */
function isTree(className: string, classes: ClassDescriptions, depth = 0): boolean {
  if (className === 'TTree') return true;
  if (depth > 10) return false;
  const bases = classes.get(className)?.[0]?.elements.filter((element) => element.type === 0) ?? [];
  return bases.some((base) => isTree(base.name, classes, depth + 1));
}
