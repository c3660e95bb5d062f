import type { Frame, SectionName, SeriesPart, Snapshot } from '../shared/snapshot.js';

/** Lines over time as they are on the page. */
export interface Series {
  readonly times: number[];
  readonly lines: Record<string, (number | null)[]>;
}

/** What the page knows: the last state of every section. */
export class Store {
  #sections: Partial<Snapshot> = {};
  #generation = -1;
  series: Series = { times: [], lines: {} };
  server = '';
  /** Time of the server at the last frame. */
  nowMs = 0;

  get<Name extends SectionName>(name: Name): Snapshot[Name] | undefined {
    return this.#sections[name];
  }

  /** What has changed; `series` among it where a point was added. */
  apply(frame: Frame): Set<SectionName | 'series'> {
    const changed = new Set<SectionName | 'series'>(Object.keys(frame.sections) as SectionName[]);
    this.#sections = { ...this.#sections, ...frame.sections };
    if (frame.server !== this.server) this.#generation = -1;
    this.server = frame.server;
    this.nowMs = frame.nowMs;
    if (frame.series !== undefined && this.#join(frame.series)) changed.add('series');
    return changed;
  }

  #join({ generation, from, times, lines }: SeriesPart): boolean {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.series = { times: [], lines: {} };
    }
    const { series } = this;
    // What is there already of an overlap goes; a frame never leaves a gap.
    const length = Math.min(from, series.times.length);
    series.times.length = length;
    series.times.push(...times);
    for (const [name, values] of Object.entries(lines)) {
      series.lines[name] ??= new Array<number | null>(length).fill(null);
      const line = series.lines[name];
      line.length = length;
      line.push(...values);
    }
    return times.length > 0;
  }
}
