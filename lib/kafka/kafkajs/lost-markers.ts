import type { TransactionScope } from '../client.js';
import type { Directory } from './directory.js';
import type { Links } from './links.js';
import { partitionEnds } from './list-offsets.js';
import type { TransactionIds, TransactionRequests } from './transaction-requests.js';
import type { Outcome } from './transaction-state.js';

/**
 * Puts right what Kafka's coordinator of transactions leaves undone. Once a transaction is decided it writes a marker to
 * every partition that took part, which lets readers of committed messages go on and settles the group's position.
 * Kafka 4.3.1 passes over a partition that has no leader at that moment, as if it had been deleted, and
 * counts the transaction as complete (TransactionMarkerChannelManager); after the restart of a lone broker that is
 * every partition. Readers then wait before it for ever, and so does the next owner of the position. A further
 * transaction of the same producer that takes the same partitions in, and ends in the same way, writes those markers.
 */
export class LostMarkers {
  readonly #directory: Directory;
  readonly #links: Links;
  readonly #requests: TransactionRequests;
  readonly #scope: TransactionScope;

  constructor(directory: Directory, links: Links, requests: TransactionRequests, scope: TransactionScope) {
    this.#directory = directory;
    this.#links = links;
    this.#requests = requests;
    this.#scope = scope;
  }

  /**
   * Writes markers of the last transaction where they may be missing. Resolves once they are there.
   * @throws kafka_fenced, kafka_unreachable where a partition has no leader yet
   */
  async write(ids: TransactionIds, outcome: Outcome): Promise<void> {
    for (let losses = -1; losses !== this.#links.losses; ) {
      losses = this.#links.losses;
      if (!(await this.#someAreMissing())) return;
      const { position, outputs } = this.#scope;
      for (const { topic, partition } of outputs) await this.#requests.addPartition(ids, topic, partition);
      if (position !== undefined) await this.#requests.addGroup(ids, position.group);
      await this.#requests.end(ids, outcome);
      // Where a connection was lost meanwhile these markers may be lost as well.
    }
  }

  /**
   * Whether a decided transaction may be without its markers. Somebody else's open transaction looks the same in a
   * partition that several write: one marker too many does no harm.
   */
  async #someAreMissing(): Promise<boolean> {
    const { position, outputs } = this.#scope;
    const doing = 'looking for transactions without an end';
    const open = await Promise.all(
      outputs.map(async ({ topic, partition }) => {
        const { end, stable } = await partitionEnds(this.#directory, { topic, partition, doing });
        return stable < end;
      }),
    );
    return open.includes(true) || (position !== undefined && (await this.#requests.isUnstable(position)));
  }
}
