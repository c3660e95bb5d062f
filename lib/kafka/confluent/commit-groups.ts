import type { KafkaConnection } from '../client.js';
import { closedHere } from '../failures.js';
import type { Notes } from '../notes.js';
import type { Rdkafka, RdkafkaConsumer } from './binding.js';
import { Calls, start } from './calls.js';
import { groupSettings } from './settings.js';

/** For librdkafka a position is committed in the name of a consumer: one for each group, for all producers. */
export class CommitGroups {
  readonly #rdkafka: Rdkafka;
  readonly #connection: KafkaConnection;
  readonly #notes: Notes;
  readonly #groups = new Map<string, Promise<RdkafkaConsumer>>();
  #isClosed = false;

  constructor(rdkafka: Rdkafka, connection: KafkaConnection, notes: Notes) {
    this.#rdkafka = rdkafka;
    this.#connection = connection;
    this.#notes = notes;
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_closed */
  async of(group: string): Promise<RdkafkaConsumer> {
    // A transaction that still runs while the client is closed would leave one behind.
    if (this.#isClosed) throw closedHere(`preparing commits of group ${group}`);
    const known = this.#groups.get(group);
    if (known !== undefined) return await known;
    const starting = this.#start(group);
    this.#groups.set(group, starting);
    starting.catch(() => this.#groups.delete(group));
    return await starting;
  }

  async #start(group: string): Promise<RdkafkaConsumer> {
    const consumer = new this.#rdkafka.KafkaConsumer(groupSettings(this.#connection, group), {});
    await start(consumer, this.#connection, this.#notes, `preparing commits of group ${group}`);
    return consumer;
  }

  /** After every producer that may commit. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const started = await Promise.allSettled(this.#groups.values());
    this.#groups.clear();
    await Promise.all(
      started.map(async (one) => {
        if (one.status === 'fulfilled') await new Calls().close(one.value);
      }),
    );
  }
}
