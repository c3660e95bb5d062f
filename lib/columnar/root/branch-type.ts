import type { ClassDescriptions, ElementDescription } from './class-description.js';
import type { StoredObject } from './stored-object.js';
import type { ColumnShape, ScalarType } from './types.js';
import { cppTypes, streamerTypes, typeNames } from './value-types.js';

/** How the entries of a branch are to be read, or why they cannot be. */
export interface BranchType {
  readonly typeName: string;
  readonly type: ScalarType | null;
  readonly shape: ColumnShape;
  /** Bytes before the values of each entry. */
  readonly entryHeader: number;
  readonly why?: string;
}

const scalar: ColumnShape = { kind: 'scalar' };
const jagged: ColumnShape = { kind: 'jagged' };

/** A std::vector's entry: byte count (4), version (2), number of values (4). */
export const vectorHeader = 10;

/** A counted array inside a class's entry begins with a byte that says whether it is there. */
const countedHeader = 1;

const leafTypes: ReadonlyMap<string, readonly [ScalarType, ScalarType]> = new Map<
  string,
  readonly [ScalarType, ScalarType]
>([
  ['TLeafB', ['int8', 'uint8']],
  ['TLeafS', ['int16', 'uint16']],
  ['TLeafI', ['int32', 'uint32']],
  ['TLeafL', ['int64', 'uint64']],
  ['TLeafG', ['int64', 'uint64']],
  ['TLeafF', ['float32', 'float32']],
  ['TLeafD', ['float64', 'float64']],
  ['TLeafO', ['bool', 'bool']],
]);

function refuse(typeName: string, why: string): BranchType {
  return { typeName, type: null, shape: scalar, entryHeader: 0, why };
}

/** Finds type and shape of a branch from its stored description; `name` is its last name. */
export function branchType(branch: StoredObject, classes: ClassDescriptions): BranchType {
  const leaves = objects(branch, 'fLeaves');
  const file = text(branch, 'fFileName');
  if (file !== '') return refuse('', `its values are in another file, ${file}`);
  if (number(branch, 'fFirstEntry') > 0)
    return refuse('', 'its first entries were dropped (a circular tree)');
  if (branch.className === 'TBranchElement') return elementType(branch, leaves, classes);
  if (branch.className !== 'TBranch') {
    return refuse(text(branch, 'fClassName'), `it is a ${branch.className}, which holds whole objects`);
  }
  if (leaves.length === 0) return refuse('', 'it has no leaf; its members are branches of their own');
  if (leaves.length > 1) {
    return refuse('struct', `it packs ${leaves.length} leaves into each entry; write one branch for each`);
  }
  return leafType(leaves[0]!);
}

function leafType(leaf: StoredObject): BranchType {
  const pair = leafTypes.get(leaf.className);
  if (pair === undefined) {
    const names: Record<string, string> = { TLeafC: 'char*', TLeafF16: 'Float16_t', TLeafD32: 'Double32_t' };
    const name = names[leaf.className];
    return name === 'char*'
      ? refuse(name, 'it holds strings')
      : refuse(name ?? leaf.className, `a ${name ?? leaf.className} is stored packed and is not read`);
  }
  const type = number(leaf, 'fIsUnsigned') === 0 ? pair[0] : pair[1];
  return shaped(type, leaf);
}

/** The shape that a leaf's length, counter and title give. */
function shaped(type: ScalarType, leaf: StoredObject): BranchType {
  const name = typeNames[type];
  const length = number(leaf, 'fLen');
  const title = text(leaf, 'fTitle');
  if (leaf.members.get('fLeafCount') instanceof Object) {
    if (length > 1) return refuse(`${name}[][${length}]`, 'it is an array of varying length of arrays');
    return { typeName: `${name}[]`, type, shape: jagged, entryHeader: 0 };
  }
  if (length > 1 || title.includes('[')) {
    if (length < 1) return refuse(`${name}[${length}]`, 'its arrays have no elements');
    return { typeName: `${name}[${length}]`, type, shape: { kind: 'fixed', length }, entryHeader: 0 };
  }
  return { typeName: name, type, shape: scalar, entryHeader: 0 };
}

/** Branches made from classes and collections. */
function elementType(
  branch: StoredObject,
  leaves: readonly StoredObject[],
  classes: ClassDescriptions,
): BranchType {
  const kind = number(branch, 'fType');
  const streamerType = number(branch, 'fStreamerType');
  const className = text(branch, 'fClassName');
  const inCollection = kind === 31 || kind === 41;
  if (kind === 3 || kind === 4) {
    return refuse(className, 'it is a collection of objects; its members are branches of their own');
  }
  if (kind === 1 || kind === 2) {
    return refuse(className, 'it is an object; its members are branches of their own');
  }
  const element = memberOf(branch, classes);
  if (streamerType > 0 && streamerType < 60) {
    const type = streamerTypes.get(streamerType % 20);
    const typeName = element?.typeName ?? '';
    if (type === undefined)
      return refuse(typeName, 'numbers of this type are stored packed and are not read');
    const leaf = leaves[0];
    if (leaf === undefined || leaves.length > 1) return refuse(typeName, `it has ${leaves.length} leaves`);
    if (streamerType > 40) {
      if (inCollection) return refuse(typeName, 'it holds arrays of varying length for each object');
      return { typeName: `${typeNames[type]}[]`, type, shape: jagged, entryHeader: countedHeader };
    }
    if (inCollection) {
      const length = Math.max(element?.arrayLength ?? 0, streamerType > 20 ? number(leaf, 'fLen') : 1);
      if (length > 1) return refuse(`${typeNames[type]}[][${length}]`, 'it holds an array for each object');
      return { typeName: `${typeNames[type]}[]`, type, shape: jagged, entryHeader: 0 };
    }
    return shaped(type, leaf);
  }
  const typeName = number(branch, 'fID') < 0 ? className : (element?.typeName ?? className);
  const value = /^(?:std::)?vector\s*<\s*([^<>,]+?)\s*(?:,\s*(?:std::)?allocator\s*<[^<>]*>\s*)?>$/.exec(
    typeName,
  )?.[1];
  if (value === undefined) {
    return refuse(
      typeName,
      typeName.includes('vector<') ? 'vectors of vectors or of objects are not read' : 'it holds objects',
    );
  }
  const type = cppTypes.get(value);
  if (type === undefined) return refuse(`std::vector<${value}>`, `vectors of ${value} are not read`);
  if (inCollection) return refuse(`std::vector<${value}>[]`, 'it holds a vector for each object');
  return { typeName: `std::vector<${typeNames[type]}>`, type, shape: jagged, entryHeader: vectorHeader };
}

/** The member of a class that a branch of a split object holds. */
function memberOf(branch: StoredObject, classes: ClassDescriptions): ElementDescription | undefined {
  const id = number(branch, 'fID');
  const versions = classes.get(text(branch, 'fClassName')) ?? [];
  const version = number(branch, 'fClassVersion');
  const description = versions.find((entry) => entry.version === version) ?? versions[0];
  const name = text(branch, 'fName').replace(/\[.*$/, '').replace(/\.$/, '').replace(/^.*\./, '');
  const byName = description?.elements.find((element) => element.name === name);
  return byName ?? description?.elements[id];
}

export function number(object: StoredObject, member: string): number {
  const value = object.members.get(member);
  return typeof value === 'number' ? value : 0;
}

export function text(object: StoredObject, member: string): string {
  const value = object.members.get(member);
  return typeof value === 'string' ? value : '';
}

export function objects(object: StoredObject, member: string): StoredObject[] {
  const value = object.members.get(member);
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is StoredObject => item !== null && 'members' in item);
}
