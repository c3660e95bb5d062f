import { RmmError } from '../../base/error.js';
import type {
  CommittedOffset,
  GroupMember,
  KafkaClient,
  TransactionalProducer,
  TransactionScope,
} from '../../kafka/client.js';

/** A partition in our hands, until `signal` is aborted or somebody else takes it over. */
export interface Tenure {
  readonly partition: number;
  /** The only live producer under the partition's transactional id: what an earlier owner left open is settled. */
  readonly producer: TransactionalProducer;
  /** The group's position, read after the producer became ours, so no earlier owner can still move it. */
  readonly committed: CommittedOffset | undefined;
  readonly signal: AbortSignal;
  /** Tells that work was done: the next failure counts as the first one again. */
  readonly progressed: () => void;
}

/** Works on a partition for as long as it is ours; resolves soon after `signal` is aborted. */
export type PartitionBody = (tenure: Tenure) => Promise<void>;

/** How the work on a partition stands. */
export type PartitionState =
  | { readonly kind: 'opening' | 'working' | 'given_up' }
  | { readonly kind: 'retrying'; readonly error: RmmError; readonly attempt: number };

export interface PartitionRunnerOptions {
  readonly client: KafkaClient;
  readonly group: string;
  /** The topic whose partitions are shared out. */
  readonly topic: string;
  readonly transactionalId: (partition: number) => string;
  /** All that the body ever writes to: see KafkaClient.producer. */
  readonly outputs?: (partition: number) => TransactionScope['outputs'];
  readonly body: PartitionBody;
  /** Waits before try number `attempt` (from 1); resolves early when the signal is aborted. */
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>;
  readonly onPartitions?: (partitions: readonly number[]) => void;
  readonly onPartition?: (partition: number, state: PartitionState) => void;
  readonly onMembership?: (state: 'joining' | 'joined' | 'lost', reason?: Error) => void;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * One member of a group: runs a loop for each partition that is ours. A partition that stays ours through a
 * rebalance is not disturbed. What can be tried again is, without end, with a fresh producer each time; any
 * other error ends the runner.
 */
export class PartitionRunner {
  readonly #options: PartitionRunnerOptions;
  readonly #running = new Map<number, Running>();
  /** Loops of partitions that were taken away, until they have ended. */
  readonly #leaving = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #fail: (() => void) | undefined;

  constructor(options: PartitionRunnerOptions) {
    this.#options = options;
  }

  get partitions(): readonly number[] {
    return [...this.#running.keys()].sort((a, b) => a - b);
  }

  /**
   * Works until `signal` is aborted; then lets every loop end, and leaves the group, so that others take over at once.
   * @throws the first error that no retry mends
   */
  async run(signal: AbortSignal): Promise<void> {
    const { client, group, topic, onPartitions, onMembership } = this.#options;
    const ended = new Promise<void>((resolve) => {
      this.#fail = resolve;
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    let member: GroupMember | undefined;
    if (!signal.aborted) {
      member = client.join({
        group,
        topic,
        onPartitions: (partitions) => {
          if (signal.aborted || this.#failure !== undefined) return;
          this.#take(new Set(partitions));
          onPartitions?.(this.partitions);
        },
        onState: (state, reason) => onMembership?.(state, reason),
      });
    }
    await ended;
    const loops = [...this.#running.values()];
    for (const { stop } of loops) stop.abort();
    await Promise.all([...loops.map(({ done }) => done), ...this.#leaving]);
    await member?.leave();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #take(ours: ReadonlySet<number>): void {
    for (const [partition, { stop, done }] of this.#running) {
      if (ours.has(partition)) continue;
      stop.abort();
      this.#running.delete(partition);
      this.#leaving.add(done);
      void done.then(() => this.#leaving.delete(done));
    }
    for (const partition of ours) {
      if (this.#running.has(partition)) continue;
      const stop = new AbortController();
      const done = this.#loop(partition, stop.signal).catch((error: unknown) => {
        this.#failure ??= { error };
        this.#fail?.();
      });
      this.#running.set(partition, { stop, done });
    }
  }

  async #loop(partition: number, signal: AbortSignal): Promise<void> {
    const { onPartition, pause } = this.#options;
    for (let attempt = 1; !signal.aborted; ) {
      const progressed = () => {
        attempt = 1;
      };
      try {
        await this.#tenure(partition, signal, progressed);
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
        onPartition?.(partition, { kind: 'retrying', error, attempt });
        await pause(attempt, signal);
        attempt += 1;
      }
    }
    onPartition?.(partition, { kind: 'given_up' });
  }

  async #tenure(partition: number, signal: AbortSignal, progressed: () => void): Promise<void> {
    const { client, group, topic, transactionalId, outputs, onPartition, body } = this.#options;
    onPartition?.(partition, { kind: 'opening' });
    const scope = outputs && { position: { group, topic, partition }, outputs: outputs(partition) };
    const producer = await client.producer(transactionalId(partition), scope);
    try {
      // Not before the producer is ours: an earlier owner's transaction may just be moving the position.
      const committed = (await client.admin.committed(group, topic)).get(partition);
      if (signal.aborted) return;
      onPartition?.(partition, { kind: 'working' });
      await body({ partition, producer, committed, signal, progressed });
    } finally {
      await producer.close();
    }
  }
}
