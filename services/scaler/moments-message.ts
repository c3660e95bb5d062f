import { crc32 } from 'node:zlib';
import { RmmError } from '../../lib/base/error.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import type { Moments } from '../../lib/learning/moments.js';
import { momentsFromBytes, momentsToBytes } from '../../lib/learning/moments-bytes.js';
import { split } from '../../lib/physics/identity.js';
import { rangeName } from '../pipeline/layout.js';
import { countHeader, textHeader } from '../wire/headers.js';
import { wireError } from '../wire/message.js';

/** Moments of one block on their way to the freezer (decisions.md 10): one key a block, so repeats change nothing. */
export interface BlockMoments {
  /** Sorts blocks as the embedded engine merges them: by sample, file, first entry. */
  readonly name: string;
  /** undefined where no row of the block is trained on. */
  readonly moments: Moments | undefined;
  readonly rowsBySplit: readonly number[];
}

export const momentsSchema = 'rmmstream.moments';
const version = 1;
export const momentsKeyPrefix = 'moments/';

export function momentsMessage(
  { sample, fingerprint, first }: BlockSource,
  moments: Moments | undefined,
  rowsBySplit: readonly number[],
): OutgoingMessage {
  const value = moments === undefined ? new Uint8Array(0) : momentsToBytes(moments);
  return {
    key: momentsKeyPrefix + rangeName(sample, fingerprint, first),
    value,
    headers: {
      schema: momentsSchema,
      version: String(version),
      rows_by_split: JSON.stringify(rowsBySplit),
      checksum: String(crc32(value)),
    },
  };
}

/**
 * @param columns of the run's feature layout
 * @throws the codes of wireReasons
 */
export function readMoments(
  { key, value, headers }: FetchedMessage,
  columns: number,
): BlockMoments & { readonly bytes: Uint8Array } {
  const context = { key: key ?? '' };
  const found = textHeader(headers, 'schema');
  if (found !== momentsSchema)
    throw wireError(
      'wire_schema_unknown',
      `its schema is ${found.slice(0, 60)}, not ${momentsSchema}`,
      context,
    );
  const version_ = countHeader(headers, 'version');
  if (version_ !== version)
    throw wireError(
      'wire_version_unknown',
      `it has version ${version_} of ${momentsSchema}; this program writes ${version}`,
      context,
    );
  if (key === null || !key.startsWith(momentsKeyPrefix) || value === null)
    throw wireError('wire_message_invalid', 'it has no key or no value of moments', context);
  if (countHeader(headers, 'checksum') !== crc32(value))
    throw wireError('wire_checksum_wrong', `its checksum is ${crc32(value)}`, context);
  const rowsBySplit = splitsOf(headers, context);
  const bytes = Uint8Array.from(value);
  const moments = bytes.length === 0 ? undefined : momentsIn(bytes, columns, context);
  const problem = momentsProblem(moments, rowsBySplit[split.train]!);
  if (problem !== undefined) throw wireError('wire_message_invalid', problem, context);
  return { name: key.slice(momentsKeyPrefix.length), moments, rowsBySplit, bytes };
}

function momentsIn(bytes: Uint8Array, columns: number, context: { readonly key: string }): Moments {
  try {
    return momentsFromBytes(bytes, columns);
  } catch (cause) {
    const problem = cause instanceof RmmError ? cause.message : String(cause);
    throw wireError('wire_message_invalid', `its moments cannot be read: ${problem}`, context);
  }
}

/** What no block has: one such message would be in the mean of every row. */
function momentsProblem(moments: Moments | undefined, training: number): string | undefined {
  const rows = moments?.rows ?? 0;
  if (rows !== training) return `its moments are of ${rows} rows, its header says ${training}`;
  if (moments === undefined) return undefined;
  const { weight, mean, m2, filled, minimum, maximum } = moments;
  const isSound =
    weight >= 0 &&
    [[weight], mean, m2, minimum, maximum].every((values) => values.every(Number.isFinite)) &&
    filled.every((count) => count >= 0 && count <= rows);
  return isSound ? undefined : 'its moments are of no rows: one of them is negative, too large or not finite';
}

function splitsOf(headers: ReadonlyMap<string, string>, context: { readonly key: string }): number[] {
  try {
    const counts: unknown = JSON.parse(textHeader(headers, 'rows_by_split'));
    if (
      Array.isArray(counts) &&
      counts.length === 4 &&
      counts.every((value) => Number.isSafeInteger(value) && value >= 0)
    )
      return counts as number[];
  } catch {
    // Said below.
  }
  throw wireError('wire_header_invalid', 'its rows by split are not four counts', context);
}
