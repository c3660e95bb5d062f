/** Lets at most so many a second through, the first at once; what comes between is passed over. */
export class Sampling {
  readonly #everyMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Passed over since the last one that was let through. */
  skipped = 0;

  /** @param perSecond undefined lets everything through */
  constructor(perSecond: number | undefined) {
    this.#everyMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  take(nowMs: number): boolean {
    if (nowMs < this.#nextMs) {
      this.skipped += 1;
      return false;
    }
    this.#nextMs = nowMs + this.#everyMs;
    return true;
  }

  /** How many were passed over since this was asked last. */
  passedOver(): number {
    const { skipped } = this;
    this.skipped = 0;
    return skipped;
  }
}

/** `name=value` of --where: a header that a message has to have. */
export interface HeaderIs {
  readonly name: string;
  readonly value: string;
}

export function fits(headers: ReadonlyMap<string, string>, wanted: readonly HeaderIs[]): boolean {
  return wanted.every(({ name, value }) => headers.get(name) === value);
}
