/** What was seen of a partition at one moment. */
export interface PartitionSeen {
  /** Next offset to work on. */
  readonly position: number;
  /** Offset behind the last message that can be seen. */
  readonly end: number;
}

/** A partition that has messages and gets nowhere. */
export interface Stall {
  readonly topic: string;
  readonly partition: number;
  /** How long its position has stood still with messages behind it. */
  readonly stillMs: number;
  readonly waiting: number;
  /** It has moved again, not yet for long enough to be believed. */
  readonly moving: boolean;
}

/** What is remembered of a partition; times of the steady clock. */
export interface PartitionWatch {
  readonly position: number;
  readonly end: number;
  /** Since when messages wait without progress; undefined where none wait. */
  readonly stillSinceMs: number | undefined;
  /** It counts as stalled until it is seen to work again. */
  readonly stalled: boolean;
  /** Since when a stalled one moves again without a long pause. */
  readonly movingSinceMs: number | undefined;
}

/**
 * The next state of a partition. A stall begins once messages have waited for `timeoutMs` without progress. It ends
 * when nothing waits, or when progress has gone on for a quarter of that time without a pause as long: one message
 * now and then does not make a service ready and unready in turns.
 *
 * @param before undefined where the partition is new
 * @param seen what is seen at `nowMs`; `before` itself where only time has passed
 */
export function watchPartition(
  before: PartitionWatch | undefined,
  seen: PartitionSeen,
  nowMs: number,
  timeoutMs: number,
): PartitionWatch {
  const { position, end } = seen;
  const calm = { position, end, stillSinceMs: undefined, stalled: false, movingSinceMs: undefined };
  if (position >= end) return calm;
  // A position that went back begins a new life of the partition, after a rebalance or a reset.
  if (before?.stillSinceMs === undefined || position < before.position)
    return { ...calm, stillSinceMs: nowMs };
  const stillMs = nowMs - before.stillSinceMs;
  const moved = position > before.position;
  const stillSinceMs = moved ? nowMs : before.stillSinceMs;
  if (!before.stalled) return { ...calm, stillSinceMs, stalled: !moved && stillMs >= timeoutMs };
  const patienceMs = timeoutMs / 4;
  const went = stillMs < patienceMs ? before.movingSinceMs : undefined;
  const movingSinceMs = went ?? (moved ? nowMs : undefined);
  if (movingSinceMs !== undefined && nowMs - movingSinceMs >= patienceMs) return { ...calm, stillSinceMs };
  return { ...calm, stillSinceMs, stalled: true, movingSinceMs };
}

/** The partitions of one topic that this copy works on. */
export class StallWatch {
  readonly #topic: string;
  readonly #timeoutMs: number;
  readonly #watches = new Map<number, PartitionWatch>();
  #ours: ReadonlySet<number> = new Set();

  /** @param timeoutMs engine.stall_timeout_ms */
  constructor(topic: string, timeoutMs: number) {
    this.#topic = topic;
    this.#timeoutMs = timeoutMs;
  }

  /** The partitions of this copy from now on: others are forgotten. */
  assigned(partitions: readonly number[]): void {
    this.#ours = new Set(partitions);
    for (const partition of this.#watches.keys()) {
      if (!this.#ours.has(partition)) this.#watches.delete(partition);
    }
  }

  /**
   * Passes over a partition that is not assigned (any more): a look that was under way when it went away would be its
   * last one, and count as a stall.
   * @param nowMs the steady clock
   */
  seen(partition: number, seen: PartitionSeen, nowMs: number): void {
    if (!this.#ours.has(partition)) return;
    this.#watches.set(partition, watchPartition(this.#watches.get(partition), seen, nowMs, this.#timeoutMs));
  }

  /** Stalled partitions in their order. Time counts too: a loop that hangs reports nothing. */
  stalls(nowMs: number): Stall[] {
    const stalls: Stall[] = [];
    for (const [partition, before] of this.#watches) {
      const watch = watchPartition(before, before, nowMs, this.#timeoutMs);
      this.#watches.set(partition, watch);
      if (!watch.stalled) continue;
      stalls.push({
        topic: this.#topic,
        partition,
        stillMs: nowMs - (watch.stillSinceMs ?? nowMs),
        waiting: watch.end - watch.position,
        moving: watch.movingSinceMs !== undefined,
      });
    }
    return stalls.sort((a, b) => a.partition - b.partition);
  }
}

/** "partition 3 of P.features makes no progress for 130 s while 42 messages wait". */
export function stallText({ topic, partition, stillMs, waiting, moving }: Stall): string {
  const messages = waiting === 1 ? '1 message waits' : `${waiting} messages wait`;
  const seconds = Math.floor(stillMs / 1000);
  return moving
    ? `partition ${partition} of ${topic} has only just begun to move again while ${messages}`
    : `partition ${partition} of ${topic} makes no progress for ${seconds} s while ${messages}`;
}
