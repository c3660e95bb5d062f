import type { ServiceContext } from '../kafka/context.js';
import { type Letter, readLetter } from '../kafka/letters.js';
import { readTopic } from '../kafka/read-topic.js';

/** A dead letter without the bytes of its message, and the offset on dead-letters where it was written first. */
export interface StoredLetter {
  readonly letter: Letter;
  readonly at: number;
}

export interface LettersRead {
  /** Each letter once, in the order in which they were first written. */
  readonly letters: readonly StoredLetter[];
  /** Offset behind the last message that was looked at. */
  readonly end: number;
}

/**
 * Every dead letter of the run, each once, however often it was written; waits for those whose transaction is about
 * to end. Bodies stay on the topic.
 * @param events false leaves out the events, where only what is said about them is asked for
 */
export async function readLetters(
  { client, names }: Pick<ServiceContext, 'client' | 'names'>,
  signal: AbortSignal,
  { events = true }: { readonly events?: boolean } = {},
): Promise<LettersRead> {
  const letters = new Map<string, StoredLetter>();
  const topic = names.topic('dead-letters');
  const [offsets] = await client.admin.offsets(topic);
  const end = await readTopic(
    client,
    topic,
    0,
    signal,
    (message) => {
      const letter = readLetter(message);
      if (letter === undefined || letters.has(letter.id)) return;
      letters.set(letter.id, { letter: slim(letter, events), at: message.offset });
    },
    { to: offsets?.end ?? 0 },
  );
  return { letters: [...letters.values()], end };
}

function slim({ message, event, ...rest }: Letter, events: boolean): Letter {
  return {
    ...rest,
    ...(event === undefined || !events ? {} : { event }),
    ...(message === undefined ? {} : { message: withoutBody(message) }),
  };
}

function withoutBody({
  body_base64: _,
  ...message
}: NonNullable<Letter['message']>): NonNullable<Letter['message']> {
  return message;
}
