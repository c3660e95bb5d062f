import type { Frame, SectionName } from '../shared/snapshot.js';
import type { LiveModel } from './live-model.js';
import type { SeriesPlace } from './time-series.js';

/** What a page has been sent. */
export interface Sent {
  readonly versions: ReadonlyMap<SectionName, number>;
  readonly series: SeriesPlace | undefined;
}

/** A page that has nothing yet: its first frame holds everything. */
export const nothingSent: Sent = { versions: new Map(), series: undefined };

const names: readonly SectionName[] = ['run', 'phases', 'flow', 'training', 'scores', 'letters', 'troubles'];

/** Makes the frames of all pages: a section is put into JSON once for each version. */
export class FrameMaker {
  readonly #model: LiveModel;
  readonly #server: string;
  readonly #json = new Map<SectionName, { readonly version: number; readonly text: string }>();

  /** @param server another text for every start of the server */
  constructor(model: LiveModel, server: string) {
    this.#model = model;
    this.#server = server;
  }

  /**
   * What a page lacks, as JSON of a Frame. It says what is now: a page that was slow and missed some frames is sent the
   * newest state of what changed meanwhile, never a backlog.
   */
  next(sent: Sent, nowMs: number): { readonly json: string; readonly sent: Sent } {
    const model = this.#model;
    const versions = new Map(sent.versions);
    const parts: string[] = [];
    for (const name of names) {
      const version = model.version(name);
      if (versions.get(name) === version) continue;
      versions.set(name, version);
      parts.push(`${JSON.stringify(name)}:${this.#section(name, version)}`);
    }
    const series = model.series.since(sent.series);
    const head: Omit<Frame, 'sections'> = { server: this.#server, nowMs, series };
    const json = `{"sections":{${parts.join(',')}},${JSON.stringify(head).slice(1)}`;
    return { json, sent: { versions, series: model.series.place } };
  }

  #section(name: SectionName, version: number): string {
    const known = this.#json.get(name);
    if (known?.version === version) return known.text;
    const text = JSON.stringify(this.#model.section(name));
    this.#json.set(name, { version, text });
    return text;
  }
}
