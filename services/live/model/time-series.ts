import type { SeriesPart } from '../shared/snapshot.js';

/** What a client has of a series. */
export interface SeriesPlace {
  readonly generation: number;
  readonly next: number;
}

/** What becomes of several values that share a point: their mean, or the largest. */
export type Joining = 'mean' | 'most';

/**
 * Lines over time in bounded memory, from the first point of a run to the last: where there are `most` points pairs of
 * them become one, and from then on twice as many that come are one. The last point grows until it has as many.
 */
export class TimeSeries {
  readonly #most: number;
  readonly #joining: (line: string) => Joining;
  #times: number[] = [];
  #lines = new Map<string, (number | null)[]>();
  #generation = 0;
  /** So many that come are one point. */
  #stride = 1;
  /** How many have come for the last point, while more are to come for it; and of each line how many. */
  #taken = 0;
  readonly #counts = new Map<string, number>();

  /** @param most points, even */
  constructor(most: number, joining: (line: string) => Joining = () => 'mean') {
    this.#most = most;
    this.#joining = joining;
  }

  /** Where a client stands that has everything. */
  get place(): SeriesPlace {
    return { generation: this.#generation, next: this.#times.length - (this.#taken > 0 ? 1 : 0) };
  }

  /** Begins anew. */
  clear(): void {
    this.#times = [];
    this.#lines = new Map();
    this.#stride = 1;
    this.#endPoint();
    this.#generation += 1;
  }

  /** @param second since 1970 @param values by line; a line that is missing has no value here */
  push(second: number, values: Readonly<Record<string, number>>): void {
    if (this.#taken === 0) {
      if (this.#times.length >= this.#most) this.#thin();
      this.#times.push(second);
      for (const line of this.#lines.values()) line.push(null);
    }
    const at = this.#times.length - 1;
    // Times of a chart rise, also where the machine's clock was set back.
    const notBefore = this.#times[at - 1] ?? second;
    this.#taken += 1;
    this.#times[at] = Math.max(second, notBefore);
    for (const [name, value] of Object.entries(values)) {
      const line = this.#lines.get(name) ?? new Array<number | null>(at + 1).fill(null);
      const count = this.#counts.get(name) ?? 0;
      line[at] = this.#join(name, line[at] ?? null, count, value, 1);
      this.#counts.set(name, count + 1);
      this.#lines.set(name, line);
    }
    if (this.#taken >= this.#stride) this.#endPoint();
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

  /** A pair stands at the time of its later point. */
  #thin(): void {
    this.#times = this.#times.filter((_, at) => at % 2 === 1);
    for (const [name, line] of this.#lines)
      this.#lines.set(
        name,
        this.#times.map((_, at) => this.#join(name, line[2 * at]!, 1, line[2 * at + 1]!, 1)),
      );
    this.#stride *= 2;
    this.#generation += 1;
  }

  #endPoint(): void {
    this.#taken = 0;
    this.#counts.clear();
  }

  /** Two values of a line that become one; a mean counts each as often as it stands for one that came. */
  #join(name: string, a: number | null, ofA: number, b: number | null, ofB: number): number | null {
    if (a === null || b === null) return a ?? b;
    if (this.#joining(name) === 'most') return Math.max(a, b);
    return (a * ofA + b * ofB) / (ofA + ofB);
  }
}
