import { ByteWriter } from './byte-writer.js';

/** Where the first record of a file begins (fBEGIN): ROOT leaves 100 bytes for the header. */
export const firstRecord = 100;
/** ROOT's kStartBigFile: beyond it positions need 64 bits. */
const bigFile = 2_000_000_000;
/** The format version that ROOT 6.40.00 writes, which is the one whose class versions we write. */
const rootVersion = 64000;

/** ROOT's TDatime: years since 1995 and the parts of the date in one 32-bit word, in UTC. */
export function datime(date: Date): number {
  return (
    ((date.getUTCFullYear() - 1995) << 26) |
    ((date.getUTCMonth() + 1) << 22) |
    (date.getUTCDate() << 17) |
    (date.getUTCHours() << 12) |
    (date.getUTCMinutes() << 6) |
    date.getUTCSeconds()
  );
}

/** What a TKey says of its record. */
export interface RecordKey {
  readonly className: string;
  readonly name: string;
  readonly title: string;
  /** Bytes of the object before and after compression. */
  readonly objectBytes: number;
  readonly storedBytes: number;
  readonly cycle: number;
  /** Position of the record in the file, and of its folder's. */
  readonly seek: number;
  readonly parent: number;
  readonly datime: number;
}

/** Bytes of a TKey with 4-byte (`small`) or 8-byte positions. `extra` is what a class adds, as TBasket does. */
export function keyLength(
  key: Pick<RecordKey, 'className' | 'name' | 'title'>,
  small: boolean,
  extra = 0,
): number {
  const strings = [key.className, key.name, key.title].map((text) => {
    const bytes = Buffer.byteLength(text);
    return bytes < 255 ? 1 + bytes : 5 + bytes;
  });
  return (small ? 26 : 34) + strings.reduce((sum, bytes) => sum + bytes, 0) + extra;
}

/** Writes a TKey, version 4 or (64-bit positions) 1004. */
export function writeKey(out: ByteWriter, key: RecordKey, small: boolean, extra = 0): void {
  const length = keyLength(key, small, extra);
  out
    .i32(length + key.storedBytes)
    .u16(small ? 4 : 1004)
    .i32(key.objectBytes)
    .i32(key.datime)
    .u16(length)
    .u16(key.cycle);
  if (small) out.i32(key.seek).i32(key.parent);
  else out.i64(key.seek).i64(key.parent);
  out.string(key.className).string(key.name).string(key.title);
}

/** A whole uncompressed record: key and object. */
export function record(
  key: Omit<RecordKey, 'objectBytes' | 'storedBytes'>,
  object: Uint8Array,
  small = false,
): Buffer {
  const out = new ByteWriter();
  writeKey(out, { ...key, objectBytes: object.length, storedBytes: object.length }, small);
  return out.bytes(object).done();
}

export interface FileFacts {
  readonly fileName: string;
  readonly datime: number;
  readonly uuid: Uint8Array;
  readonly compression: number;
}

/** Where the parts of a finished file are; all zero while it is being written. */
export interface FilePlan {
  readonly end: number;
  readonly freeSeek: number;
  readonly freeBytes: number;
  readonly infoSeek: number;
  readonly infoBytes: number;
  readonly keysSeek: number;
  readonly keysBytes: number;
}

/** The 100 bytes at the start of a file. */
export function fileHeader(facts: FileFacts, plan: FilePlan): Buffer {
  const big = plan.end > bigFile;
  const out = new ByteWriter();
  out
    .bytes(Buffer.from('root'))
    .i32(rootVersion + (big ? 1_000_000 : 0))
    .i32(firstRecord);
  const seek = (value: number) => (big ? out.i64(value) : out.i32(value));
  seek(plan.end);
  seek(plan.freeSeek);
  out
    .i32(plan.freeBytes)
    .i32(1)
    .i32(rootDirectoryNameBytes(facts))
    .u8(big ? 8 : 4)
    .i32(facts.compression);
  seek(plan.infoSeek);
  out.i32(plan.infoBytes).u16(1).bytes(facts.uuid);
  return out.zeros(firstRecord - out.length).done();
}

/** fNbytesName: the root directory's key, name and title. */
function rootDirectoryNameBytes(facts: FileFacts): number {
  const name = facts.fileName;
  return keyLength({ className: 'TFile', name, title: '' }, true) + stringBytes(name) + 1;
}

function stringBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes < 255 ? bytes + 1 : bytes + 5;
}

/** The record at position 100: the file's own directory, always in the 64-bit form and so of a fixed length. */
export function rootDirectory(facts: FileFacts, plan: FilePlan): Buffer {
  const object = new ByteWriter();
  object.string(facts.fileName).string('');
  object.u16(1005).i32(facts.datime).i32(facts.datime).i32(plan.keysBytes).i32(rootDirectoryNameBytes(facts));
  object.i64(firstRecord).i64(0).i64(plan.keysSeek).u16(1).bytes(facts.uuid);
  const key = { className: 'TFile', name: facts.fileName, title: '', cycle: 1, datime: facts.datime };
  return record({ ...key, seek: firstRecord, parent: 0 }, object.done(), true);
}

/** The list of keys of the root directory. */
export function keyList(facts: FileFacts, seek: number, keys: readonly RecordKey[]): Buffer {
  const object = new ByteWriter();
  object.i32(keys.length);
  for (const key of keys) writeKey(object, key, false);
  const own = { className: 'TFile', name: facts.fileName, title: '', cycle: 1, datime: facts.datime };
  return record({ ...own, seek, parent: firstRecord }, object.done());
}

/** The list of free segments: only the one from the end of the file on. Its record is the last one. */
export function freeList(facts: FileFacts, seek: number): Buffer {
  const own = { className: 'TFile', name: facts.fileName, title: '', cycle: 1, datime: facts.datime };
  const object = new ByteWriter();
  const endIfBig = seek + keyLength(own, false) + 18;
  // TFree's first is the end of the file; in the 64-bit form the record itself is 8 bytes longer.
  if (endIfBig > bigFile)
    object
      .u16(1001)
      .i64(endIfBig)
      .i64(endIfBig + 1_000_000_000);
  else
    object
      .u16(1)
      .i32(endIfBig - 8)
      .i32(bigFile);
  return record({ ...own, seek, parent: firstRecord }, object.done());
}

/** Where nothing is known yet. */
export const noPlan: FilePlan = {
  end: 0,
  freeSeek: 0,
  freeBytes: 0,
  infoSeek: 0,
  infoBytes: 0,
  keysSeek: 0,
  keysBytes: 0,
};
