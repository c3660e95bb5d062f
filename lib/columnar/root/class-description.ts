import type { Cursor } from './cursor.js';
import { type References, readObjectArray, readPointer } from './objects.js';

/** One member of a class as TStreamerElement describes it. */
export interface ElementDescription {
  readonly name: string;
  readonly title: string;
  /** TStreamerInfo's type code: 0 base, 1 to 19 numbers, +20 arrays, +40 counted arrays, 61... objects. */
  readonly type: number;
  readonly arrayLength: number;
  readonly typeName: string;
  /** Name of the member that counts a counted array. */
  readonly countName: string;
}

/** A version of a class: its members in the order in which they are stored. */
export interface ClassDescription {
  readonly name: string;
  readonly version: number;
  readonly checksum: number;
  readonly elements: readonly ElementDescription[];
}

/** All classes that a file describes, by name. */
export type ClassDescriptions = ReadonlyMap<string, readonly ClassDescription[]>;

/** Reads the TList of TStreamerInfo that each ROOT file carries. */
export function readClassDescriptions(cursor: Cursor, keyBytes: number): ClassDescriptions {
  const classes = new Map<string, ClassDescription[]>();
  const references: References = { keyBytes, classes: new Map(), objects: new Map() };
  const { end } = cursor.version();
  cursor.tObject();
  cursor.string();
  const count = cursor.i32();
  if (count < 0 || count > cursor.remaining / 4) cursor.fail(`a list of ${count} objects does not fit`);
  for (let index = 0; index < count; index += 1) {
    const description = readPointer(cursor, references, readStreamerInfo, 0) as ClassDescription | null;
    cursor.string(); // the option that TList keeps with each object
    if (description === null || !('elements' in description)) continue;
    const versions = classes.get(description.name);
    if (versions === undefined) classes.set(description.name, [description]);
    else versions.push(description);
  }
  if (end !== undefined) cursor.jump(end);
  return classes;

  function readStreamerInfo(className: string, depth: number): object {
    const { version, end } = cursor.version();
    if (className !== 'TStreamerInfo') {
      // Rules and other objects may stand in the list.
      if (end === undefined) cursor.fail(`a ${className} in the class descriptions has no length`);
      cursor.jump(end);
      return {};
    }
    const { name } = cursor.tNamed();
    const checksum = cursor.u32();
    const classVersion = cursor.i32();
    const elements = readPointer(
      cursor,
      references,
      (inner, innerDepth) =>
        inner === 'TObjArray'
          ? { list: readObjectArray(cursor, references, readElement, innerDepth) }
          : cursor.fail(`the members of class ${name} are a ${inner}, version ${version}, not a TObjArray`),
      depth,
    ) as { list: (object | null)[] } | null;
    if (end !== undefined) cursor.jump(end);
    return {
      name,
      version: classVersion,
      checksum,
      elements: (elements?.list ?? []).filter((element) => element !== null) as ElementDescription[],
    } satisfies ClassDescription;
  }

  function readElement(className: string): object {
    const { end: outer } = cursor.version();
    // TStreamerSTLstring is a TStreamerSTL, which is the TStreamerElement.
    if (className === 'TStreamerSTLstring') cursor.version();
    const { version, end: inner } = cursor.version();
    const { name, title } = cursor.tNamed();
    const type = cursor.i32();
    cursor.take(4); // fSize
    const arrayLength = cursor.i32();
    cursor.take(4); // fArrayDim
    if (version === 1) cursor.take(4 * cursor.i32());
    else cursor.take(20);
    const typeName = cursor.string();
    if (inner !== undefined) cursor.jump(inner);
    let countName = '';
    if (className === 'TStreamerBasicPointer' || className === 'TStreamerLoop') {
      cursor.take(4); // fCountVersion
      countName = cursor.string();
    }
    if (outer === undefined) cursor.fail(`member ${name} (${className}) has no length`);
    cursor.jump(outer);
    return { name, title, type, arrayLength, typeName, countName } satisfies ElementDescription;
  }
}
