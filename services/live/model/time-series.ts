import type { SeriesPart } from '../shared/snapshot.js';

/** What a client has of a series. */
export interface SeriesPlace {
  readonly generation: number;
  readonly next: number;
}

/**
 * Lines over time in bounded memory, from the first point of a run to the last: where there are `most` points every
 * second one goes, and from then on every second point that comes is kept.
 */
export class TimeSeries {
  readonly #most: number;
  #times: number[] = [];
  #lines = new Map<string, (number | null)[]>();
  #generation = 0;
  /** One of so many points is kept. */
  #stride = 1;
  #skipped = 0;

  /** @param most points, even */
  constructor(most: number) {
    this.#most = most;
  }

  /** Where a client stands that has everything. */
  get place(): SeriesPlace {
    return { generation: this.#generation, next: this.#times.length };
  }

  /** @param second since 1970 @param values by line; a line that is missing has no value here */
  push(second: number, values: Readonly<Record<string, number>>): void {
    this.#skipped += 1;
    if (this.#skipped < this.#stride) return;
    this.#skipped = 0;
    if (this.#times.length >= this.#most) this.#thin();
    const at = this.#times.length;
    this.#times.push(second);
    for (const [name, value] of Object.entries(values)) {
      let line = this.#lines.get(name);
      if (line === undefined) {
        line = new Array<number | null>(at).fill(null);
        this.#lines.set(name, line);
      }
      line.push(value);
    }
    for (const line of this.#lines.values()) if (line.length === at) line.push(null);
  }

  /** What a client that stands at `place` lacks; undefined where that is nothing. */
  since(place: SeriesPlace | undefined): SeriesPart | undefined {
    const isSame = place?.generation === this.#generation;
    const from = isSame ? Math.min(place.next, this.#times.length) : 0;
    if (isSame && from === this.#times.length) return undefined;
    return {
      generation: this.#generation,
      from,
      times: this.#times.slice(from),
      lines: Object.fromEntries([...this.#lines].map(([name, line]) => [name, line.slice(from)])),
    };
  }

  #thin(): void {
    const isKept = (_: unknown, at: number) => at % 2 === 1;
    this.#times = this.#times.filter(isKept);
    this.#lines = new Map([...this.#lines].map(([name, line]) => [name, line.filter(isKept)]));
    this.#stride *= 2;
    this.#generation += 1;
  }
}
