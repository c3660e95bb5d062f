import { branchType, number, objects, text } from './branch-type.js';
import type { ClassDescriptions } from './class-description.js';
import { corrupt } from './damage.js';
import type { StoredObject } from './stored-object.js';
import type {
  BranchLayout,
  BranchMetadata,
  CodecName,
  EmbeddedBasket,
  EntryEncoding,
  TreeMetadata,
} from './types.js';

/** Branches inside branches beyond this depth are taken as damage. */
const deepest = 64;

/** Turns a tree as stored into what this reader keeps of it. */
export function treeMetadata(
  tree: StoredObject,
  name: string,
  cycle: number,
  path: string,
  classes: ClassDescriptions,
): TreeMetadata {
  const entries = number(tree, 'fEntries');
  if (!Number.isSafeInteger(entries) || entries < 0) {
    throw corrupt({ path }, `tree ${name} is said to have ${entries} entries`);
  }
  const branches: BranchMetadata[] = [];
  addBranches(tree, '', 0);
  return { name, cycle, title: text(tree, 'fTitle'), entries, branches };

  function addBranches(parent: StoredObject, prefix: string, depth: number): void {
    if (depth > deepest) throw corrupt({ path }, `the branches of tree ${name} do not end`);
    for (const branch of objects(parent, 'fBranches')) {
      const branchName = `${prefix}${text(branch, 'fName')}`;
      branches.push(branchMetadata(branch, branchName, classes));
      addBranches(branch, `${branchName}/`, depth + 1);
    }
  }
}

function branchMetadata(branch: StoredObject, name: string, classes: ClassDescriptions): BranchMetadata {
  const { typeName, type, shape, encoding, counter, why } = branchType(branch, classes);
  const layout = branchLayout(branch, encoding, counter);
  let compressedBytes = 0;
  for (const bytes of layout.bytes) compressedBytes += bytes;
  for (const basket of layout.embedded) compressedBytes += basket.content.length;
  const settings = number(branch, 'fCompress');
  return {
    name,
    typeName,
    type,
    shape,
    title: text(branch, 'fTitle'),
    entries: number(branch, 'fEntries'),
    baskets: layout.seek.length + layout.embedded.length,
    compressedBytes,
    uncompressedBytes: Math.max(0, number(branch, 'fTotBytes')),
    codec: codecOf(settings),
    ...(why === undefined ? {} : { why }),
    layout: type === null ? null : layout,
  };
}

/** ROOT's compression settings are 100 x algorithm + level; 0 is none, below 100 the default, zlib. */
function codecOf(settings: number): CodecName {
  if (settings % 100 === 0) return 'none';
  const names: readonly CodecName[] = ['zlib', 'zlib', 'lzma', 'old', 'lz4', 'zstd'];
  return names[Math.floor(settings / 100)] ?? 'zlib';
}

/** Baskets on disk and, where those do not hold all entries, the ones in the tree's record. */
function branchLayout(
  branch: StoredObject,
  encoding: EntryEncoding,
  counter: string | undefined,
): BranchLayout {
  const seeks = numbers(branch, 'fBasketSeek');
  const bytes = numbers(branch, 'fBasketBytes');
  const entry = numbers(branch, 'fBasketEntry');
  const most = Math.min(number(branch, 'fWriteBasket'), seeks.length, bytes.length, entry.length);
  let count = 0;
  while (count < most && seeks[count] !== 0) count += 1;
  const entries = number(branch, 'fEntries');
  const firstEntry = Array.from(entry.subarray(0, count));
  let next = count < entry.length && count > 0 ? entry[count]! : count === 0 ? 0 : entries;
  firstEntry.push(next);
  const embedded: EmbeddedBasket[] = [];
  if (next !== entries) {
    for (const basket of embeddedBaskets(branch)) {
      if (basket.entries === 0) continue;
      embedded.push(basket);
      next += basket.entries;
      firstEntry.push(next);
    }
  }
  return {
    encoding,
    ...(counter === undefined ? {} : { counter }),
    seek: Float64Array.from(seeks.subarray(0, count)),
    bytes: Int32Array.from(bytes.subarray(0, count)),
    firstEntry: Float64Array.from(firstEntry),
    embedded,
  };
}

function embeddedBaskets(branch: StoredObject): EmbeddedBasket[] {
  const value = branch.members.get('fBaskets');
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is EmbeddedBasket => item !== null && 'content' in item);
}

const noNumbers = new Float64Array(0);

function numbers(object: StoredObject, member: string): Float64Array {
  const value = object.members.get(member);
  return value instanceof Float64Array ? value : noNumbers;
}
