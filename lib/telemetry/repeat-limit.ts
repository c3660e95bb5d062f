interface Seen<Value> {
  value: Value;
  writtenMs: number;
  suppressed: number;
}

/** The last of the repeats that were left out and not told of, to be written after all. */
export interface Suppressed<Value> {
  readonly value: Value;
  /** Repeats left out beside it. */
  readonly suppressed: number;
}

export interface Taken<Value> {
  /** Whether to write the value now. */
  readonly write: boolean;
  /** Repeats left out since the last one that was written. */
  readonly suppressed: number;
  /** Others whose repeats were left out and that are forgotten now: their last chance to be told. */
  readonly forgotten: readonly Suppressed<Value>[];
}

const mostKeys = 500;

/**
 * Lets a value of each key through once an interval and counts the others; the last one of those comes through late,
 * so that what was said last is always true. Remembers a bounded number of keys.
 */
export class RepeatLimit<Value> {
  readonly #intervalMs: number;
  // In the order in which keys were last written, the oldest first.
  readonly #seen = new Map<string, Seen<Value>>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  take(key: string, value: Value, nowMs: number): Taken<Value> {
    const before = this.#seen.get(key);
    if (before !== undefined && nowMs - before.writtenMs < this.#intervalMs) {
      before.suppressed += 1;
      before.value = value;
      return { write: false, suppressed: 0, forgotten: [] };
    }
    this.#seen.delete(key);
    const forgotten = this.#forget(nowMs);
    this.#seen.set(key, { value, writtenMs: nowMs, suppressed: 0 });
    return { write: true, suppressed: before?.suppressed ?? 0, forgotten };
  }

  /** When the next of the values that were left out may be written; undefined where none was. */
  nextDueMs(): number | undefined {
    for (const { suppressed, writtenMs } of this.#seen.values()) {
      // They stand in the order of writing, so the first one is the earliest.
      if (suppressed > 0) return writtenMs + this.#intervalMs;
    }
    return undefined;
  }

  /** The last of the values that were left out, of every key whose interval is over: to be written now. */
  due(nowMs: number): Suppressed<Value>[] {
    const due: Suppressed<Value>[] = [];
    for (const [key, seen] of [...this.#seen]) {
      if (seen.suppressed === 0 || nowMs - seen.writtenMs < this.#intervalMs) continue;
      due.push(...untold(seen));
      this.#seen.delete(key);
      this.#seen.set(key, { value: seen.value, writtenMs: nowMs, suppressed: 0 });
    }
    return due;
  }

  /** What was left out and never told of. */
  close(): Suppressed<Value>[] {
    const left = [...this.#seen.values()].flatMap(untold);
    this.#seen.clear();
    return left;
  }

  #forget(nowMs: number): Suppressed<Value>[] {
    const forgotten: Suppressed<Value>[] = [];
    for (const [key, seen] of this.#seen) {
      if (nowMs - seen.writtenMs < this.#intervalMs && this.#seen.size < mostKeys) break;
      this.#seen.delete(key);
      forgotten.push(...untold(seen));
    }
    return forgotten;
  }
}

function untold<Value>({ value, suppressed }: Seen<Value>): Suppressed<Value>[] {
  return suppressed === 0 ? [] : [{ value, suppressed: suppressed - 1 }];
}
