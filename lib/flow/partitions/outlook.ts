import type { KafkaClient } from '../../kafka/client.js';
import type { Tenure } from './partition-runner.js';
import type { SinkObserver } from './sink-options.js';

interface Look {
  readonly position: number;
  readonly end: number;
  /** Time of the message at `position`; undefined where none waits there. */
  readonly oldestMs: number | undefined;
}

/** What is told of a partition's position and end: with every fetch, and from elsewhere while nothing is fetched. */
export class Outlook {
  readonly #client: KafkaClient;
  readonly #topic: string;
  readonly #tenure: Tenure;
  readonly #observe: SinkObserver;
  #last: Look | undefined;
  #isLooking = false;

  constructor(client: KafkaClient, topic: string, tenure: Tenure, observe: SinkObserver) {
    this.#client = client;
    this.#topic = topic;
    this.#tenure = tenure;
    this.#observe = observe;
  }

  tell(look: Look): void {
    this.#last = look;
    this.#observe.looked?.(this.#tenure.partition, look.position, look.end, look.oldestMs);
  }

  /**
   * Asks for the partition's end, for work that is held up: what comes meanwhile would be seen by nobody, and a full
   * disk look like a stage without lag. Never throws; brokers that do not answer are another trouble. An answer that
   * comes after a newer look is passed over: work goes on by then.
   */
  async lookAgain(): Promise<void> {
    const last = this.#last;
    if (last === undefined || this.#isLooking) return;
    this.#isLooking = true;
    const ends = await this.#client.admin.offsets(this.#topic).catch(() => []);
    this.#isLooking = false;
    const { partition, signal } = this.#tenure;
    const end = ends.find((found) => found.partition === partition)?.stable;
    if (end !== undefined && this.#last === last && !signal.aborted) this.tell({ ...last, end });
  }
}
