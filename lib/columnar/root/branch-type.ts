import type { ClassDescriptions, ElementDescription } from './class-description.js';
import type { StoredObject } from './stored-object.js';
import type { ColumnShape, EntryEncoding, ScalarType } from './types.js';
import { cppTypes, streamerTypes, typeNames } from './value-types.js';

/** How the entries of a branch are to be read, or why they cannot be. */
export interface BranchType {
  readonly typeName: string;
  readonly type: ScalarType | null;
  readonly shape: ColumnShape;
  readonly encoding: EntryEncoding;
  /** Name of the leaf that counts a jagged branch's values. */
  readonly counter?: string;
  readonly why?: string;
}

const scalar: ColumnShape = { kind: 'scalar' };
const jagged: ColumnShape = { kind: 'jagged' };

/** A std::vector's entry: byte count (4), version (2), number of values (4). */
export const vectorHeader = 10;

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
  return { typeName, type: null, shape: scalar, encoding: 'plain', why };
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
  const counter = leaf.members.get('fLeafCount');
  if (counter !== null && typeof counter === 'object' && 'members' in counter) {
    if (length > 1) return refuse(`${name}[][${length}]`, 'it is an array of varying length of arrays');
    return { typeName: `${name}[]`, type, shape: jagged, encoding: 'plain', counter: text(counter, 'fName') };
  }
  if (length > 1 || title.includes('[')) {
    if (length < 1) return refuse(`${name}[${length}]`, 'its arrays have no elements');
    return { typeName: `${name}[${length}]`, type, shape: { kind: 'fixed', length }, encoding: 'plain' };
  }
  return { typeName: name, type, shape: scalar, encoding: 'plain' };
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
  // A collection's own branch holds the number of its objects; the members are branches of their own.
  if (kind === 3 || kind === 4) {
    return { typeName: typeNames.int32, type: 'int32', shape: scalar, encoding: 'plain' };
  }
  if (kind === 1 || kind === 2) {
    return refuse(className, 'it is an object; its members are branches of their own');
  }
  const element = memberOf(branch, classes);
  if (streamerType > 0 && streamerType < 60) {
    const type = storedType(streamerType % 20, element);
    const typeName = element?.typeName ?? '';
    if (type === undefined)
      return refuse(typeName, 'numbers of this type are stored packed and are not read');
    const leaf = leaves[0];
    if (leaf === undefined || leaves.length > 1) return refuse(typeName, `it has ${leaves.length} leaves`);
    if (streamerType > 40) {
      if (inCollection) return refuse(typeName, 'it holds arrays of varying length for each object');
      return { typeName: `${typeNames[type]}[]`, type, shape: jagged, encoding: 'counted' };
    }
    if (inCollection) {
      if (streamerType === bitsCode) {
        return refuse(typeName, 'the bits of referenced objects are followed by numbers that are not theirs');
      }
      const length = Math.max(element?.arrayLength ?? 0, streamerType > 20 ? number(leaf, 'fLen') : 1);
      if (length > 1) return refuse(`${typeNames[type]}[][${length}]`, 'it holds an array for each object');
      return { typeName: `${typeNames[type]}[]`, type, shape: jagged, encoding: 'plain' };
    }
    return shaped(type, leaf);
  }
  const typeName = number(branch, 'fID') < 0 ? className : (element?.typeName ?? className);
  const value = /^(?:std::)?vector\s*<\s*([^<>,]+?)\s*(?:,.*)?>$/.exec(typeName)?.[1];
  if (value === undefined) {
    return refuse(
      typeName,
      typeName.includes('vector<') ? 'vectors of vectors or of objects are not read' : 'it holds objects',
    );
  }
  const type = cppTypes.get(value);
  if (type === undefined) return refuse(`std::vector<${value}>`, `vectors of ${value} are not read`);
  if (inCollection) return refuse(`std::vector<${value}>[]`, 'it holds a vector for each object');
  return { typeName: `std::vector<${typeNames[type]}>`, type, shape: jagged, encoding: 'vector' };
}

/** TStreamerInfo's codes with a meaning of their own. */
const counterCode = 6;
const double32Code = 9;
const bitsCode = 15;

/** The type of a class's number member as stored; undefined where it is packed. */
function storedType(code: number, element: ElementDescription | undefined): ScalarType | undefined {
  // A counter may be an int or an unsigned int; only the declaration says which.
  if (code === counterCode) return cppTypes.get(element?.typeName ?? '') ?? 'int32';
  // A Double32_t without a range in its comment ([min, max, bits]) is stored as a float.
  if (code === double32Code)
    return element === undefined || element.title.includes('[') ? undefined : 'float32';
  return streamerTypes.get(code);
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
