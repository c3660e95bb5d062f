import { RmmError } from '../../lib/base/error.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { readLetters } from '../dead-letters/read-letters.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { letterId, letterMessage, wholeLetter } from '../kafka/letters.js';
import { filesSchema } from '../kafka/model-store.js';
import { readProgress } from '../kafka/progress-records.js';
import { readTopic } from '../kafka/read-topic.js';
import { roles } from '../kafka/stages.js';
import { tellLetters } from '../kafka/tell-letters.js';
import type { TopicKind } from '../kafka/topics.js';
import { momentsSchema, readMoments } from '../scaler/moments-message.js';
import { refuseUnreadable } from '../wire/message.js';

/** Topics that are not partitioned by block. */
const checkedTopics = ['progress', 'scaler-state', 'models'] as const satisfies readonly TopicKind[];
type CheckedTopic = (typeof checkedTopics)[number];

/** Makes sure that a message belongs on its topic. @throws the codes of wireReasons */
function check(kind: CheckedTopic, message: FetchedMessage, columns: number): void {
  refuseUnreadable(message);
  if (kind === 'progress') readProgress(message);
  else if (kind === 'scaler-state' && schemaOf(message) === momentsSchema) readMoments(message, columns);
  else refuseOthers(message, kind);
}

function schemaOf({ headers }: FetchedMessage): string {
  return headers.get('schema') ?? 'none';
}

/** @throws wire_schema_unknown */
function refuseOthers(message: FetchedMessage, kind: CheckedTopic): void {
  const schema = schemaOf(message);
  if (schema === filesSchema) return;
  throw new RmmError(
    'wire_schema_unknown',
    `the schema ${schema.slice(0, 60)} does not belong on the topic ${kind}`,
  );
}

/** Dead letters of messages on control topics. */
export class ControlLetters {
  readonly #context: ServiceContext;
  readonly #tenure: Tenure;
  /** Letters that are there already: an earlier holder of the role may have written them. */
  #written: Set<string> | undefined;
  readonly #positions = new Map<CheckedTopic, number>();

  constructor(context: ServiceContext, tenure: Tenure) {
    this.#context = context;
    this.#tenure = tenure;
  }

  /** Writes a letter for everything that has come since the last call. */
  async write(): Promise<void> {
    for (const kind of checkedTopics) await this.#check(kind);
  }

  async #check(kind: CheckedTopic): Promise<void> {
    const { client, names, loaded } = this.#context;
    const { columns } = featurizerOf(loaded.config).layout;
    const from = this.#positions.get(kind);
    const take = async (message: FetchedMessage) => {
      try {
        check(kind, message, columns);
      } catch (error) {
        if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
        await this.#letter(kind, message, error);
      }
    };
    const span = from === undefined ? {} : { from };
    this.#positions.set(kind, await readTopic(client, names.topic(kind), 0, this.#tenure.signal, take, span));
  }

  async #letter(kind: CheckedTopic, message: FetchedMessage, error: RmmError): Promise<void> {
    const { names, tools, loaded } = this.#context;
    const { max_message_bytes: mostBytes } = loaded.config.kafka.topics;
    const { producer, signal } = this.#tenure;
    if (this.#written === undefined) {
      const { letters } = await readLetters(this.#context, signal);
      this.#written = new Set(letters.map(({ letter }) => letter.id));
    }
    const topic = names.topic(kind);
    const id = letterId({ topic, partition: 0, offset: message.offset, row: -1 });
    if (this.#written.has(id)) return;
    const letters = [
      letterMessage(wholeLetter(message, { topic, partition: 0 }, 'control', error, mostBytes)),
    ];
    await producer.transaction((transaction) => transaction.send(names.topic('dead-letters'), 0, letters));
    this.#written.add(id);
    tellLetters(tools.stage, roles.finisher.service, letters);
    tools.log.warn('control_message_unusable', { topic, offset: message.offset, code: error.code });
  }
}
