import { RmmError } from '../../lib/base/error.js';
import type { PreparedWindow } from '../../lib/flow/partitions/sink-options.js';

/** A disk in memory for the files of sinks: what is prepared and what is published, with a hook between the two. */
export class SinkDisk {
  readonly files = new Map<string, string>();
  /** Names of what is prepared, each by a token of its own. */
  readonly #prepared = new Map<symbol, string>();

  get prepared(): readonly string[] {
    return [...this.#prepared.values()];
  }

  /** @param name begins with the partition and a point */
  prepare(name: string, content: string): PreparedWindow {
    const token = Symbol(name);
    this.#prepared.set(token, name);
    const publish = () => {
      if (!this.#prepared.delete(token)) throw new RmmError('io_failed', `${name} was swept`);
      this.files.set(name, content);
    };
    const abort = () => {
      this.#prepared.delete(token);
    };
    return { files: [{ publish, abort }], bytes: content.length };
  }

  sweep(partition: number): void {
    for (const [token, name] of this.#prepared)
      if (name.startsWith(`${partition}.`)) this.#prepared.delete(token);
  }
}
