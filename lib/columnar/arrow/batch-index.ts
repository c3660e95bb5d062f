import { crc32 } from 'node:zlib';
import { RmmError } from '../../base/error.js';

/*
 * After the end mark of the Arrow stream, where Arrow readers stop, lies an index with checksums, so that
 * damage is found before any byte is interpreted:
 *
 *     for each batch    offset low, offset high, bytes, rows, CRC-32                  5 x uint32
 *     then              bytes of the schema message, its CRC-32, batches, CRC-32 of all the above   4 x uint32
 *     then              "RMMIDX01"
 */

/** Where the messages of one batch lie in a file, and their checksum. */
export interface IndexedBatch {
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  readonly crc: number;
}

export interface BatchIndex {
  readonly schemaBytes: number;
  readonly schemaCrc: number;
  readonly batches: readonly IndexedBatch[];
}

const magic = Buffer.from('RMMIDX01', 'latin1');
const entryBytes = 20;
const closingBytes = 16 + magic.length;
/** The end mark of an Arrow stream: a continuation and a length of 0. */
export const endOfStream: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

export function encodeIndex(index: BatchIndex): Uint8Array {
  const bytes = Buffer.alloc(index.batches.length * entryBytes + closingBytes);
  let at = 0;
  for (const batch of index.batches) {
    at = bytes.writeUInt32LE(batch.offset % 0x100000000, at);
    at = bytes.writeUInt32LE(Math.floor(batch.offset / 0x100000000), at);
    at = bytes.writeUInt32LE(batch.bytes, at);
    at = bytes.writeUInt32LE(batch.rows, at);
    at = bytes.writeUInt32LE(batch.crc, at);
  }
  at = bytes.writeUInt32LE(index.schemaBytes, at);
  at = bytes.writeUInt32LE(index.schemaCrc, at);
  at = bytes.writeUInt32LE(index.batches.length, at);
  at = bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at);
  magic.copy(bytes, at);
  return bytes;
}

/** Bytes at the end of a file of `fileBytes` that hold at least the closing part of the index. */
export const closingLength = closingBytes;

/** The length of the whole index, from the last bytes of a file. @throws arrow_batch_corrupt */
export function indexLength(tail: Uint8Array, fileBytes: number, name: string): number {
  if (tail.length < closingBytes) throw corrupt(name, `is only ${fileBytes} bytes long`);
  const closing = Buffer.from(tail.buffer, tail.byteOffset + tail.length - closingBytes, closingBytes);
  if (!closing.subarray(16).equals(magic)) {
    throw corrupt(name, 'does not end with the mark RMMIDX01: it was cut short, or is no batch of ours');
  }
  const length = closing.readUInt32LE(8) * entryBytes + closingBytes;
  if (length > fileBytes) throw corrupt(name, `has an index of ${length} bytes in ${fileBytes}`);
  return length;
}

/** The index from exactly its bytes. @throws arrow_batch_corrupt */
export function decodeIndex(bytes: Uint8Array, fileBytes: number, name: string): BatchIndex {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const closing = view.length - closingBytes;
  if (view.readUInt32LE(closing + 12) !== crc32(view.subarray(0, closing + 12))) {
    throw corrupt(name, 'has an index that fails its checksum');
  }
  const batches: IndexedBatch[] = [];
  const schemaBytes = view.readUInt32LE(closing);
  let end = schemaBytes;
  for (let at = 0; at < closing; at += entryBytes) {
    const offset = view.readUInt32LE(at) + view.readUInt32LE(at + 4) * 0x100000000;
    const length = view.readUInt32LE(at + 8);
    if (offset !== end)
      throw corrupt(name, `has batch ${batches.length} at byte ${offset} instead of ${end}`);
    end += length;
    batches.push({
      offset,
      bytes: length,
      rows: view.readUInt32LE(at + 12),
      crc: view.readUInt32LE(at + 16),
    });
  }
  if (end + endOfStream.length + bytes.length !== fileBytes) {
    throw corrupt(
      name,
      `holds ${fileBytes} bytes where its index accounts for ${end + endOfStream.length + bytes.length}`,
    );
  }
  return { schemaBytes, schemaCrc: view.readUInt32LE(closing + 4), batches };
}

export function corrupt(name: string, problem: string, cause?: unknown): RmmError {
  return new RmmError('arrow_batch_corrupt', `batch ${name} ${problem}`, {
    context: { source: name },
    ...(cause !== undefined && { cause }),
  });
}
