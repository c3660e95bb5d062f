/** What is seen of a file at one look. */
export interface FileLook {
  readonly bytes: number;
  readonly changedMs: number;
}

interface Watched extends FileLook {
  /** Since when it has looked like this, by the steady clock. */
  readonly sinceMs: number;
  /** It could not be used as it is: waits for a change. */
  readonly refused: boolean;
}

/** Tells when a new file stands still: neither its size nor its time of change has moved for a while. */
export class Settling {
  readonly #settleMs: number;
  readonly #watched = new Map<string, Watched>();

  /** @param settleMs continuous.settle_ms */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** @param look undefined where the file is gone */
  stands(path: string, look: FileLook | undefined, nowMs: number): boolean {
    if (look === undefined) {
      this.#watched.delete(path);
      return false;
    }
    const before = this.#watched.get(path);
    if (before === undefined || before.bytes !== look.bytes || before.changedMs !== look.changedMs) {
      this.#watched.set(path, { ...look, sinceMs: nowMs, refused: false });
      return this.#settleMs === 0;
    }
    return !before.refused && nowMs - before.sinceMs >= this.#settleMs;
  }

  /** The file is not taken as it is. */
  refuse(path: string): void {
    const watched = this.#watched.get(path);
    if (watched !== undefined) this.#watched.set(path, { ...watched, refused: true });
  }

  /** The file could not be taken now: it has to stand still once more. */
  again(path: string, nowMs: number): void {
    const watched = this.#watched.get(path);
    if (watched !== undefined) this.#watched.set(path, { ...watched, sinceMs: nowMs });
  }

  /** Forgets every other file: it was taken, or is gone. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#watched.keys()) if (!paths.has(path)) this.#watched.delete(path);
  }
}
