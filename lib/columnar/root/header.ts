import { RmmError } from '../../base/error.js';
import { Cursor } from './cursor.js';
import type { FileBytes } from './file-bytes.js';

/** The first bytes of a ROOT file. */
export interface FileHeader {
  readonly version: number;
  /** Position of the first record. */
  readonly begin: number;
  /** Position after the last byte in use: what the file's size must at least be. */
  readonly end: number;
  /** Length of the first key with the file's name and title; the root directory's record follows it. */
  readonly nameBytes: number;
  readonly seekInfo: number;
  readonly infoBytes: number;
  /** '' before UUIDs were written. */
  readonly uuid: string;
  /** The header's bytes as they are, for the fingerprint. */
  readonly raw: Uint8Array;
}

/** Bytes of the longest header with its UUID. */
const headerLength = 75;

/**
 * Reads and checks the header: magic, both forms (32- and 64-bit positions), length against the file.
 * @throws root_file_empty, root_not_a_root_file, root_truncated, root_corrupt
 */
export function readHeader(file: FileBytes): FileHeader {
  const { path, size } = file;
  if (size === 0) throw new RmmError('root_file_empty', `${path} is empty (0 bytes)`, { context: { path } });
  const raw = file.readAt(0, Math.min(size, headerLength), 'header');
  if (raw.length < 4 || Buffer.from(raw.subarray(0, 4)).toString('latin1') !== 'root') {
    const start = Buffer.from(raw.subarray(0, 12)).toString('latin1');
    throw new RmmError(
      'root_not_a_root_file',
      `${path} is not a ROOT file: it begins with ${JSON.stringify(start)}, not "root"`,
      { context: { path } },
    );
  }
  if (raw.length < headerLength) {
    throw new RmmError(
      'root_truncated',
      `${path} is cut off: it has ${size} bytes, not even a whole header of ${headerLength}`,
      { context: { path } },
    );
  }
  const cursor = new Cursor(raw, path, 0, 'header');
  cursor.take(4);
  const version = cursor.i32();
  const big = version >= 1_000_000;
  const begin = cursor.i32();
  const end = big ? cursor.i64() : cursor.i32();
  cursor.take(big ? 8 : 4); // fSeekFree
  cursor.take(4 + 4); // fNbytesFree, nfree
  const nameBytes = cursor.i32();
  cursor.take(1 + 4); // fUnits, fCompress
  const seekInfo = big ? cursor.i64() : cursor.i32();
  const infoBytes = cursor.i32();
  const uuidVersion = cursor.u16();
  const uuid = uuidVersion === 1 ? uuidText(cursor.slice(16)) : '';
  if (end > size) {
    throw new RmmError(
      'root_truncated',
      `${path} is cut off or was never closed: its header gives ${end} bytes, the file has ${size}, so ${end - size} bytes are missing`,
      { context: { path, expected: end, found: size } },
    );
  }
  if (version <= 0 || begin < 45 || begin >= end || nameBytes < 0 || nameBytes > end - begin) {
    cursor.fail(
      `the lengths contradict each other (version ${version}, first record at ${begin}, end ${end}, name ${nameBytes})`,
    );
  }
  if (seekInfo < 0 || infoBytes < 0 || seekInfo + infoBytes > end) {
    cursor.fail(
      `the class descriptions are said to be at ${seekInfo} to ${seekInfo + infoBytes}, end is ${end}`,
    );
  }
  return { version, begin, end, nameBytes, seekInfo, infoBytes, uuid, raw };
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
