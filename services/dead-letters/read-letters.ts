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

type Place = Pick<ServiceContext, 'client' | 'names'>;

/**
 * Every dead letter of the run in the order in which they were written, as often as they were; waits for those whose
 * transaction is about to end. Bodies of messages stay on the topic.
 * @param take may hold on to a letter of a message, but not to events: there may be millions of 2.5 KB
 * @returns offset behind the last message that was looked at
 */
export async function eachLetter(
  { client, names }: Place,
  signal: AbortSignal,
  take: (stored: StoredLetter) => void,
): Promise<number> {
  const topic = names.topic('dead-letters');
  const [offsets] = await client.admin.offsets(topic);
  return readTopic(
    client,
    topic,
    0,
    signal,
    (message) => {
      const letter = readLetter(message);
      if (letter !== undefined) take({ letter: withoutBody(letter), at: message.offset });
    },
    { to: offsets?.end ?? 0 },
  );
}

/** Every dead letter of the run, each once, without the events themselves. */
export async function readLetters(run: Place, signal: AbortSignal): Promise<LettersRead> {
  const letters = new Map<string, StoredLetter>();
  const shared = new Shared();
  const end = await eachLetter(run, signal, ({ letter, at }) => {
    if (!letters.has(letter.id)) letters.set(letter.id, { letter: shared.slim(letter), at });
  });
  return { letters: [...letters.values()], end };
}

/** Keeps what letters of one block, or with one reason, have in common once: it is most of a letter without its event. */
class Shared {
  readonly #texts = new Map<string, string>();
  readonly #sources = new Map<string, Letter['source']>();

  slim({ event: _, ...rest }: Letter): Letter {
    const { topic, reason, stage, source } = rest;
    const own = {
      ...rest,
      topic: this.#once(this.#texts, topic, topic),
      reason: this.#once(this.#texts, reason, reason),
      stage: this.#once(this.#texts, stage, stage),
    };
    if (source === undefined) return own;
    return { ...own, source: this.#once(this.#sources, JSON.stringify(source), source)! };
  }

  #once<Value>(known: Map<string, Value>, key: string, value: Value): Value {
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, value);
    return value;
  }
}

/** The event and what is said of the message stand last: so they do in messages.jsonl. */
function withoutBody({ message, event, ...rest }: Letter): Letter {
  const letter: Letter = event === undefined ? rest : { ...rest, event };
  if (message === undefined) return letter;
  const { body_base64: _, ...said } = message;
  return { ...letter, message: said };
}
