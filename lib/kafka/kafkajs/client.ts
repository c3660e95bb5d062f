import type {
  GroupMember,
  GroupOptions,
  KafkaAdmin,
  KafkaClient,
  KafkaConnection,
  PartitionReader,
  TransactionalProducer,
  TransactionScope,
} from '../client.js';
import { closedHere } from '../failures.js';
import { Notes } from '../notes.js';
import { KafkajsAdmin } from './admin.js';
import { registerCodecs } from './codecs.js';
import { Directory } from './directory.js';
import { GroupAdmin } from './group-admin.js';
import { KafkajsGroupMember } from './group-member.js';
import { Links } from './links.js';
import { KafkajsProducer, type ProducerContext } from './producer.js';
import { KafkajsReader } from './reader.js';

/** The client that is always there: pure JavaScript, on the connections and the encoding of kafkajs. */
export class KafkajsClient implements KafkaClient {
  readonly admin: KafkaAdmin;
  readonly #context: ProducerContext;
  /** Who leads what, for a client that moves the data by other connections. */
  readonly directory: Directory;
  readonly #members = new Set<KafkajsGroupMember>();
  #isClosed = false;

  constructor(connection: KafkaConnection) {
    registerCodecs();
    this.#context = { connection, notes: new Notes(connection.onNote), open: new Set(), undone: new Map() };
    this.directory = new Directory(this.#context);
    const groups = new GroupAdmin(connection, this.directory, new Links(this.#context));
    this.admin = new KafkajsAdmin(connection, this.directory, groups);
  }

  reader(topic: string, partition: number): PartitionReader {
    return new KafkajsReader(this.#context, this.directory, topic, partition);
  }

  async producer(transactionalId: string, scope?: TransactionScope): Promise<TransactionalProducer> {
    if (this.#isClosed) throw closedHere(`taking over transactional id ${transactionalId}`);
    return await KafkajsProducer.start(this.#context, this.directory, transactionalId, scope);
  }

  join(options: GroupOptions): GroupMember {
    const member = new KafkajsGroupMember(this.#context, this.directory, options);
    this.#members.add(member);
    return {
      // Among the members until it has left: the client must not be closed under its goodbye.
      leave: () => member.leave().finally(() => this.#members.delete(member)),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#members].map((member) => member.leave()));
    for (const one of [...this.#context.open]) one.close();
  }
}
