import { createHash } from 'node:crypto';
import type { RmmError } from '../../lib/base/error.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { ingestTimeHeader } from '../../lib/flow/partitions/ingest-time.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import { sourceFromHeaders } from '../wire/headers.js';

/** Where a record lay that could not be used; `row` is -1 for a message as a whole (decisions.md 21). */
export interface LetterPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly row: number;
}

/** A dead letter as it lies on its topic, as JSON. */
export interface Letter extends LetterPlace {
  /** topic/partition/offset/row: a letter that is written twice counts once. */
  readonly id: string;
  /** Fault of the event, or error code of the message. */
  readonly reason: string;
  readonly stage: string;
  /** What was wrong, for a person; events say it by their reason. */
  readonly error?: string;
  /** The block that it was part of, where that could be read. */
  readonly source?: BlockSource;
  /** An event: the line that the embedded engine writes, as an object. */
  readonly event?: unknown;
  /** Median of abs(weight) in the event's file. */
  readonly median_weight?: number;
  /** A message: what it consisted of. */
  readonly message?: {
    readonly key: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly bytes: number;
    readonly sha256: string;
    /** Its value; left out above 512 KB, and where a message of that size would be too large. */
    readonly body_base64?: string;
  };
}

const schemaId = 'rmmstream.dead-letter';
const version = '1';
/** A larger message is named by place and checksum (decisions.md 21). */
const mostBodyBytes = 512 << 10;
/**
 * Characters kept of all headers together, of key and error, and of each text of the source: a foreign message may
 * have any. Each takes six bytes in JSON at most, so that a letter fits the smallest limit of a topic.
 */
const most = { headers: 4_096, key: 512, error: 2_048, source: 1_024 } as const;
/** What a message takes beside its value. */
const envelopeBytes = 1_024;
/** What the letter of an event takes beside it, and the message beside that. */
const mostBesidesEvent = 16_384;

export function letterId({ topic, partition, offset, row }: LetterPlace): string {
  return `${topic}/${partition}/${offset}/${row}`;
}

export function letterMessage(letter: Letter): OutgoingMessage {
  return {
    key: letter.id,
    value: Buffer.from(JSON.stringify(letter), 'utf8'),
    headers: { schema: schemaId, version, reason: letter.reason, stage: letter.stage },
  };
}

/**
 * An event that cannot be used. One with very many objects is named by its place, as a large message is.
 * @param line as `deadLetterLines` gives it
 * @param maxMessageBytes the letter has to fit: one that does not would end the service that meets it
 */
export function eventLetter(
  line: string,
  place: Omit<LetterPlace, 'row'>,
  source: BlockSource,
  medianWeight: number,
  maxMessageBytes: number,
): Letter {
  const event = JSON.parse(line) as {
    readonly reason: string;
    readonly stage: string;
    readonly entry: number;
    readonly record?: unknown;
  };
  const { reason, stage } = event;
  const at = { ...place, row: event.entry - source.first };
  const letter = { id: letterId(at), ...at, reason, stage, source, event, median_weight: medianWeight };
  const bytes = Buffer.byteLength(line);
  // What is beside the event takes no more than it would in the letter of a message.
  if (bytes <= Math.min(mostBodyBytes, maxMessageBytes - mostBesidesEvent)) return letter;
  const { record: _, ...known } = event;
  const error = `its values take ${bytes} bytes, too many for a dead letter: read them from its file`;
  return { ...letter, event: known, error };
}

/**
 * A message that cannot be used as a whole.
 * @param maxMessageBytes the letter has to fit: one that does not would end the service that meets it
 */
export function wholeLetter(
  message: FetchedMessage,
  place: Omit<LetterPlace, 'row' | 'offset'>,
  stage: string,
  error: RmmError,
  maxMessageBytes: number,
): Letter {
  const at = { ...place, offset: message.offset, row: -1 };
  const source = sourceOf(message);
  const value = message.value ?? new Uint8Array(0);
  const said = {
    key: message.key?.slice(0, most.key) ?? null,
    headers: shortHeaders(message.headers),
    bytes: value.length,
    sha256: createHash('sha256').update(value).digest('hex'),
  };
  const letter: Letter = {
    id: letterId(at),
    ...at,
    reason: error.code,
    stage,
    error: error.message.slice(0, most.error),
    ...(source === undefined ? {} : { source }),
    message: said,
  };
  const room = maxMessageBytes - Buffer.byteLength(JSON.stringify(letter)) - envelopeBytes;
  // Base64 makes four bytes of three.
  if (value.length > Math.min(mostBodyBytes, 0.75 * room)) return letter;
  return { ...letter, message: { ...said, body_base64: Buffer.from(value).toString('base64') } };
}

/** The first headers, cut off where they are longer than any of ours; without the time, which no output holds. */
function shortHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  const kept: [string, string][] = [];
  let left: number = most.headers;
  for (const [name, value] of headers) {
    if (left < name.length) break;
    if (name === ingestTimeHeader) continue;
    const short = value.slice(0, left - name.length);
    kept.push([name, short]);
    left -= name.length + short.length;
  }
  return Object.fromEntries(kept);
}

/** A block that no message could be made of. */
export function blockLetter(
  place: Omit<LetterPlace, 'row'>,
  source: BlockSource,
  stage: string,
  error: RmmError,
): Letter {
  const at = { ...place, row: -1 };
  return { id: letterId(at), ...at, reason: error.code, stage, error: error.message, source };
}

/** What the headers say of the block, where they can be read. */
function sourceOf({ headers }: FetchedMessage): BlockSource | undefined {
  try {
    const source = sourceFromHeaders(headers);
    const texts = [source.sample, source.file, source.fingerprint];
    return texts.some((text) => text.length > most.source) ? undefined : source;
  } catch {
    return undefined;
  }
}

/** The letter of a message on the topic dead-letters; undefined where it is none of ours. */
export function readLetter({ value, headers }: FetchedMessage): Letter | undefined {
  if (headers.get('schema') !== schemaId || headers.get('version') !== version || value === null)
    return undefined;
  try {
    const letter = JSON.parse(Buffer.from(value).toString('utf8')) as Partial<Letter>;
    const { id, reason, topic, partition = -1, offset = -1, row = Number.NaN } = letter;
    const fits =
      [id, reason, topic].every((text) => typeof text === 'string') &&
      [partition, offset, row + 1].every((number) => Number.isSafeInteger(number) && number >= 0);
    return fits ? (letter as Letter) : undefined;
  } catch {
    return undefined;
  }
}
