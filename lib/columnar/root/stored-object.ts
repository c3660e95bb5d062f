import { builtInClasses } from './built-in-classes.js';
import type { ClassDescription, ClassDescriptions, ElementDescription } from './class-description.js';
import type { Cursor } from './cursor.js';
import { readEmbeddedBasket } from './embedded-basket.js';
import { type References, readObjectArray, readPointer } from './objects.js';
import type { EmbeddedBasket } from './types.js';

export type Member =
  | number
  | string
  | Float64Array
  | StoredObject
  | (StoredObject | EmbeddedBasket | null)[]
  | null;

/** An object with its members by name, those of its base classes among them. */
export interface StoredObject {
  readonly className: string;
  readonly members: Map<string, Member>;
}

/** Bytes of the number types by TStreamerInfo's code (1 to 19); 0 where it is none of fixed size. */
const numberSizes = [0, 1, 2, 4, 8, 4, 4, 0, 8, 4, 1, 1, 2, 4, 8, 4, 8, 8, 1, 0];

/** Classes inside classes beyond this depth are taken as damage. */
const deepest = 100;

/**
 * Reads the object of class `className` at the cursor by the file's own class descriptions, and ends after
 * the member `last` (what follows it is not looked at).
 */
export function readStoredObject(
  cursor: Cursor,
  keyBytes: number,
  classes: ClassDescriptions,
  className: string,
  last: string,
): StoredObject {
  const references: References = { keyBytes, classes: new Map(), objects: new Map() };
  let finished = false;
  const top: StoredObject = { className, members: new Map() };
  readClass(className, top.members, 0, last);
  if (!finished) cursor.fail(`a ${className} without the member ${last}`);
  return top;

  function readClass(name: string, members: Map<string, Member>, depth: number, stop: string): void {
    if (depth > deepest) cursor.fail('classes inside classes do not end');
    if (name === 'TObject') {
      cursor.tObject();
      return;
    }
    if (name === 'TNamed') {
      const named = cursor.tNamed();
      members.set('fName', named.name);
      members.set('fTitle', named.title);
      return;
    }
    const { version, end } = cursor.version();
    const description = describe(classes, name, version);
    if (description !== undefined) {
      for (const element of description.elements) {
        if (!readElement(element, members, depth, end, stop)) break;
        if (element.name === stop) finished = true;
        if (finished && stop !== '') return;
      }
    } else if (end === undefined || /^T(Tree|Branch|Leaf)/.test(name)) {
      cursor.fail(`the file does not describe version ${version} of class ${name}`);
    }
    if (end !== undefined) cursor.jump(end);
  }

  /** False where the rest of the object cannot be followed and is skipped. */
  function readElement(
    element: ElementDescription,
    members: Map<string, Member>,
    depth: number,
    end: number | undefined,
    stop: string,
  ): boolean {
    const { type, name } = element;
    if (type === 0 || ((type === 66 || type === 67) && element.typeName === 'BASE')) {
      readClass(name, members, depth + 1, stop);
    } else if (type < 20 && numberSizes[type]! > 0) members.set(name, readNumber(type));
    else if (type > 20 && type < 40 && numberSizes[type - 20]! > 0 && element.arrayLength > 0) {
      members.set(name, readNumbers(type - 20, element.arrayLength, false));
    } else if (type > 40 && type < 60 && numberSizes[type - 40]! > 0) {
      const flag = cursor.u8();
      const count = members.get(element.countName);
      if (typeof count !== 'number') cursor.fail(`the count ${element.countName} of ${name} is not there`);
      // A flag of 2 marks positions that were widened to 64 bits (TBranch up to version 9).
      if (flag !== 0) members.set(name, readNumbers(type - 40, count, flag === 2));
    } else if (type === 65) members.set(name, cursor.string());
    else if (type === 66) cursor.tObject();
    else if (type === 67) cursor.tNamed();
    else if (type === 61 || type === 62 || type === 63 || type === 68) {
      const inner = element.typeName.replace(/\*$/, '');
      members.set(name, readBody(inner, depth + 1) as Member);
    } else if (type === 64 || type === 69) {
      members.set(name, readPointer(cursor, references, readBody, depth + 1) as StoredObject | null);
    } else if (end !== undefined) return false;
    else cursor.fail(`member ${name} has the unknown type ${type}`);
    return true;
  }

  function readBody(name: string, depth: number): object {
    if (name === 'TObjArray') {
      return readObjectArray(cursor, references, readBody, depth) as (StoredObject | null)[];
    }
    if (name === 'TBasket') return readEmbeddedBasket(cursor);
    const object: StoredObject = { className: name, members: new Map() };
    readClass(name, object.members, depth, '');
    return object;
  }

  function readNumber(type: number): number {
    switch (type) {
      case 1:
      case 10:
        return cursor.i8();
      case 2:
        return cursor.i16();
      case 4:
      case 14:
      case 16:
      case 17:
        return cursor.i64();
      case 5:
      case 9:
        return cursor.f32();
      case 8:
        return cursor.f64();
      case 11:
      case 18:
        return cursor.u8();
      case 12:
        return cursor.u16();
      case 13:
      case 15:
        return cursor.u32();
      default:
        return cursor.i32();
    }
  }

  function readNumbers(type: number, count: number, wide: boolean): Float64Array {
    const size = wide ? 8 : numberSizes[type]!;
    if (!(count >= 0 && count * size <= cursor.remaining)) {
      cursor.fail(`an array of ${count} numbers does not fit the ${cursor.remaining} bytes that are left`);
    }
    const values = new Float64Array(count);
    for (let index = 0; index < count; index += 1) values[index] = wide ? cursor.i64() : readNumber(type);
    return values;
  }
}

function describe(classes: ClassDescriptions, name: string, version: number): ClassDescription | undefined {
  const versions = classes.get(name);
  return versions?.find((entry) => entry.version === version) ?? versions?.[0] ?? builtInClasses.get(name);
}
