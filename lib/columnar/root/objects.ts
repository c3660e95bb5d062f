import type { Cursor } from './cursor.js';

/** Objects and classes already met in one record, by their position in it: ROOT stores each once. */
export interface References {
  /** Positions count from the start of the record's key. */
  readonly keyBytes: number;
  readonly classes: Map<number, string>;
  readonly objects: Map<number, object>;
}

/** Reads the body of an object of the named class at the cursor. */
export type ReadBody = (className: string, depth: number) => object;

/** Objects inside objects beyond this depth are taken as damage. */
const deepest = 100;

const newClassTag = 0xffffffff;
const classMask = 0x80000000;
const byteCountMask = 0x40000000;
/** Positions in tags are shifted by two so that 0 and 1 mean nothing and itself. */
const tagShift = 2;

/**
 * Reads what TBuffer::WriteObjectAny wrote: nothing, a reference to an object met before, or an object with
 * its class. A reference to something that was skipped gives null.
 */
export function readPointer(
  cursor: Cursor,
  references: References,
  readBody: ReadBody,
  depth: number,
): object | null {
  if (depth > deepest) cursor.fail('objects inside objects do not end');
  const start = cursor.position;
  let tag = cursor.u32();
  let end: number | undefined;
  if ((tag & byteCountMask) !== 0 && tag !== newClassTag && tag < classMask) {
    end = start + 4 + (tag & 0x3fffffff);
    if (end > cursor.bytes.byteLength) cursor.fail(`an object is said to end at ${end}`);
    tag = cursor.u32();
  }
  if (tag < classMask) {
    const known = references.objects.get(tag);
    if (end !== undefined) cursor.jump(end);
    return known ?? null;
  }
  let className: string | undefined;
  const tagPosition = cursor.position - 4;
  if (tag === newClassTag) {
    className = cursor.cString();
    references.classes.set(tagPosition + references.keyBytes + tagShift, className);
  } else {
    className = references.classes.get(tag - classMask);
    if (className === undefined)
      cursor.fail(`an object refers to a class at ${tag - classMask} that is not there`);
  }
  const object = readBody(className, depth + 1);
  references.objects.set(start + references.keyBytes + tagShift, object);
  if (end !== undefined) cursor.jump(end);
  return object;
}

/** Reads a TObjArray in place. */
export function readObjectArray(
  cursor: Cursor,
  references: References,
  readBody: ReadBody,
  depth: number,
): (object | null)[] {
  const { version, end } = cursor.version();
  if (version > 2) cursor.tObject();
  if (version > 1) cursor.string();
  const count = cursor.i32();
  cursor.take(4); // fLowerBound
  if (count < 0 || count > cursor.remaining / 4) cursor.fail(`an array of ${count} objects does not fit`);
  const list: (object | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    list.push(readPointer(cursor, references, readBody, depth));
  }
  if (end !== undefined) cursor.jump(end);
  return list;
}
