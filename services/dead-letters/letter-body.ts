import { createHash } from 'node:crypto';
import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { readLetter } from '../kafka/letters.js';
import type { RunView } from '../kafka/run-view.js';
import type { StoredLetter } from './read-letters.js';

const fetchBytes = 1 << 20;
const maxWaitMs = 1_000;

/**
 * The bytes of a message that became a dead letter: as the letter holds them, else from the topic where it lay.
 * @throws letter_body_gone, letter_not_redrivable where the letter is about an event
 */
export async function bodyOf(
  run: Pick<RunView, 'client' | 'names'>,
  { letter, at }: StoredLetter,
): Promise<Uint8Array> {
  const { message, topic, partition, offset, id } = letter;
  if (message === undefined) {
    throw new RmmError('letter_not_redrivable', `${id} is about an event, not about a message as a whole`, {
      context: { letter: id },
    });
  }
  const stored = await messageAt(run, run.names.topic('dead-letters'), 0, at);
  const body = stored === undefined ? undefined : readLetter(stored)?.message?.body_base64;
  if (body !== undefined) return Buffer.from(body, 'base64');
  const value = (await messageAt(run, topic, partition, offset))?.value ?? new Uint8Array(0);
  if (createHash('sha256').update(value).digest('hex') === message.sha256) return value;
  throw new RmmError(
    'letter_body_gone',
    `the message of ${id} (${message.bytes} bytes) is too large to lie in its letter, and no longer at offset ${offset} of ${topic}`,
    { context: { letter: id } },
  );
}

/** A letter with the event that it holds, which was left out when the letters were read. @throws letter_unknown */
export async function withEvent<Booked extends StoredLetter>(
  run: Pick<RunView, 'client' | 'names'>,
  booked: Booked,
): Promise<Booked> {
  if (booked.letter.row < 0) return booked;
  const stored = await messageAt(run, run.names.topic('dead-letters'), 0, booked.at);
  const letter = stored === undefined ? undefined : readLetter(stored);
  if (letter?.id === booked.letter.id) return { ...booked, letter };
  throw new RmmError('letter_unknown', `${booked.letter.id} is no longer at offset ${booked.at}`, {
    context: { letter: booked.letter.id },
  });
}

async function messageAt(
  { client }: Pick<RunView, 'client'>,
  topic: string,
  partition: number,
  offset: number,
): Promise<FetchedMessage | undefined> {
  const reader = client.reader(topic, partition);
  try {
    const { messages } = await reader.fetch({ offset, maxBytes: fetchBytes, maxWaitMs });
    return messages.find((message) => message.offset === offset);
  } catch (error) {
    if (error instanceof RmmError && error.code === 'kafka_data_lost') return undefined;
    throw error;
  } finally {
    await reader.close();
  }
}
