import type { ErrorCode } from '../../lib/base/codes/index.js';
import { RmmError } from '../../lib/base/error.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { readLetters } from '../dead-letters/read-letters.js';
import type { ServiceContext } from '../kafka/context.js';
import { letterId, letterMessage, wholeLetter } from '../kafka/letters.js';
import { filesSchema } from '../kafka/model-store.js';
import { readTopic } from '../kafka/read-topic.js';
import type { TopicKind } from '../kafka/topics.js';
import { momentsSchema } from '../scaler/moments-message.js';

/** Schemas that belong on the topics that are not read whole by everybody. */
const known: Readonly<Partial<Record<TopicKind, readonly string[]>>> = {
  'scaler-state': [momentsSchema, filesSchema],
  models: [filesSchema],
};

/** Dead letters of messages on control topics. */
export class ControlLetters {
  readonly #context: ServiceContext;
  readonly #tenure: Tenure;
  /** Letters that are there already: an earlier holder of the role may have written them. */
  #written: Set<string> | undefined;
  #strange = 0;
  readonly #positions = new Map<TopicKind, number>();

  constructor(context: ServiceContext, tenure: Tenure) {
    this.#context = context;
    this.#tenure = tenure;
  }

  /** Writes a letter for everything that has come since the last call. */
  async write(): Promise<void> {
    const { view } = this.#context;
    const found: { kind: TopicKind; message: FetchedMessage; error: RmmError }[] = [];
    for (const { message, error } of view.strange.slice(this.#strange))
      found.push({ kind: 'progress', message, error });
    this.#strange = view.strange.length;
    for (const kind of ['scaler-state', 'models'] as const)
      found.push(...(await this.#unknown(kind)).map((strange) => ({ kind, ...strange })));
    for (const { kind, message, error } of found) await this.#letter(kind, message, error);
  }

  async #unknown(kind: 'scaler-state' | 'models') {
    const { client, names } = this.#context;
    const found: { message: FetchedMessage; error: RmmError }[] = [];
    const from = this.#positions.get(kind);
    const end = await readTopic(
      client,
      names.topic(kind),
      0,
      this.#tenure.signal,
      (message) => {
        const schema = message.headers.get('schema') ?? 'none';
        if (known[kind]!.includes(schema)) return;
        const code: ErrorCode = 'wire_schema_unknown';
        const text = `the schema ${schema.slice(0, 60)} does not belong on ${names.topic(kind)}`;
        found.push({ message, error: new RmmError(code, text) });
      },
      from === undefined ? {} : { from },
    );
    this.#positions.set(kind, end);
    return found;
  }

  async #letter(kind: TopicKind, message: FetchedMessage, error: RmmError): Promise<void> {
    const { names, tools, loaded } = this.#context;
    const { max_message_bytes: mostBytes } = loaded.config.kafka.topics;
    const { producer, signal } = this.#tenure;
    if (this.#written === undefined) {
      const { letters } = await readLetters(this.#context, signal, { events: false });
      this.#written = new Set(letters.map(({ letter }) => letter.id));
    }
    const topic = names.topic(kind);
    const id = letterId({ topic, partition: 0, offset: message.offset, row: -1 });
    if (this.#written.has(id)) return;
    const letter = wholeLetter(message, { topic, partition: 0 }, 'control', error, mostBytes);
    await producer.transaction((transaction) =>
      transaction.send(names.topic('dead-letters'), 0, [letterMessage(letter)]),
    );
    this.#written.add(id);
    tools.log.warn('control_message_unusable', { topic, offset: message.offset, code: error.code });
  }
}
