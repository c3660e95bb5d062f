import { setTimeout as wait } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { WorkerPool } from '../../../lib/flow/worker-pool.js';
import type { ScoresSection } from '../shared/snapshot.js';
import { boardOptions } from './board-options.js';
import type { BoardSettings, BoardTask, EventPictures } from './tasks.js';

/** A file of scores is small; reading it longer than this is a file that is not read at all. */
const stallMs = 60_000;
/** At the end of a run the rest of its files is waited for so long, and no longer. */
const settleMs = 5_000;

export interface ScoreReaderOptions {
  readonly loaded: LoadedConfig;
  readonly onSection: (section: ScoresSection) => void;
  /** Hears that a file could not be read. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Reads files of scores in a thread of its own, one after the other. Files that wait stay here, so that whoever asks
 * for what there is (or for an event) waits for one file and not for all of them.
 */
export class ScoreReader {
  readonly #pool: WorkerPool;
  readonly #options: ScoreReaderOptions;
  readonly #known = new Set<string>();
  #waiting: string[] = [];
  /** Kept when all files that were given are read. */
  #reading: Promise<void> | undefined;
  /** Counts the runs that were shown: what was asked of an earlier one is of no use any more. */
  #runs = 0;
  #dirty = false;
  #asking = false;
  #closed = false;
  #lost: RmmError | undefined;

  constructor(options: ScoreReaderOptions) {
    const { config, profile, samples } = options.loaded;
    const settings: BoardSettings = { board: boardOptions(options.loaded), config, profile, samples };
    this.#options = options;
    this.#pool = new WorkerPool({
      size: 1,
      module: new URL('./thread.js', import.meta.url),
      workerData: settings,
      stallTimeoutMs: stallMs,
      describe: (task) => `what the live page shows (${(task as BoardTask).kind})`,
    });
  }

  /** Takes a finished file, once. */
  take(path: string): void {
    if (this.#known.has(path) || this.#closed) return;
    this.#known.add(path);
    this.#waiting.push(path);
    this.#reading ??= this.#readAll();
  }

  /** Another run begins: what was read of the one before is forgotten. */
  restart(): void {
    this.#known.clear();
    this.#waiting = [];
    this.#runs += 1;
    this.#told(this.#run({ kind: 'restart' }));
  }

  /** Asks for what there is, where that is new; call it as often as a page should change. */
  refresh(): void {
    if (!this.#dirty || this.#asking || this.#closed) return;
    this.#dirty = false;
    this.#asking = true;
    void this.#told(this.#section()).finally(() => {
      this.#asking = false;
    });
  }

  /** All files that were given have been read, and what they gave is told; or time is up. */
  async settle(mostMs = settleMs): Promise<void> {
    if (this.#closed) return;
    const all = (async () => {
      await this.#reading;
      await this.#told(this.#section());
    })();
    await Promise.race([all, wait(mostMs, undefined, { ref: false })]);
    this.#dirty = false;
  }

  /** Undefined where the list holds no such event. */
  event(id: string): Promise<EventPictures | undefined> {
    return this.#run({ kind: 'event', id });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.close();
  }

  async #readAll(): Promise<void> {
    for (let at = 0; at < this.#waiting.length && !this.#closed; at += 1) {
      const of = this.#waiting;
      await this.#told(this.#run({ kind: 'take', path: of[at]! }));
      this.#dirty = true;
      // A run that took the place of this one has files of its own.
      if (of !== this.#waiting) at = -1;
    }
    this.#waiting = [];
    this.#reading = undefined;
  }

  async #section(): Promise<void> {
    const run = this.#runs;
    const section = await this.#run<ScoresSection>({ kind: 'section' });
    if (run === this.#runs && !this.#closed) this.#options.onSection(section);
  }

  /** Waits for something that may fail, which is told. */
  async #told(done: Promise<unknown>): Promise<void> {
    const run = this.#runs;
    try {
      await done;
    } catch (error) {
      if (!this.#closed && run === this.#runs) this.#options.onTrouble(error);
    }
  }

  async #run<Result>(task: BoardTask): Promise<Result> {
    // A pool without its thread would never answer.
    if (this.#lost !== undefined) throw this.#lost;
    try {
      return await this.#pool.run<Result>(task);
    } catch (error) {
      if (error instanceof RmmError && (error.code === 'worker_lost' || error.code === 'task_stalled'))
        this.#lost = error;
      throw error;
    }
  }
}
