import { setTimeout as wait } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { scoreColumnNames } from '../../../lib/config/index.js';
import { WorkerPool } from '../../../lib/flow/worker-pool.js';
import type { ScoresSection } from '../shared/snapshot.js';
import type { BoardOptions } from './score-board.js';
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

/** The column of `report.score`, or the first score where the run writes no such one. */
export function boardOptions({ config }: Pick<LoadedConfig, 'config'>): BoardOptions {
  const columns = scoreColumnNames(config);
  const score = columns.includes(config.report.score) ? config.report.score : columns[0]!;
  const type = config.scores.find(({ name, type }) => (name ?? type) === score)?.type;
  return {
    score,
    isLog: type !== 'error_abs' && type !== 'rank_average',
    luminosityFb: config.luminosity_fb,
    tailShare: config.live.tail_percent / 100,
    topEvents: config.live.top_events,
  };
}

/** Reads files of scores in a thread of its own, one after the other. */
export class ScoreReader {
  readonly #pool: WorkerPool;
  readonly #options: ScoreReaderOptions;
  readonly #known = new Set<string>();
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
    this.#run({ kind: 'take', path })
      .catch((error: unknown) => {
        if (!this.#closed) this.#options.onTrouble(error);
      })
      .finally(() => {
        this.#dirty = true;
      });
  }

  /** Asks for what there is, where that is new; call it as often as a page should change. */
  refresh(): void {
    if (!this.#dirty || this.#asking || this.#closed) return;
    this.#dirty = false;
    this.#asking = true;
    this.#run<ScoresSection>({ kind: 'section' })
      .then((section) => this.#options.onSection(section))
      .catch((error: unknown) => {
        if (!this.#closed) this.#options.onTrouble(error);
      })
      .finally(() => {
        this.#asking = false;
      });
  }

  /** All files that were given have been read, and what they gave is told. */
  async settle(): Promise<void> {
    if (this.#closed) return;
    // The thread takes one thing after the other, so that this answer comes after all files.
    const asked = this.#run<ScoresSection>({ kind: 'section' }).catch(() => undefined);
    const section = await Promise.race([asked, wait(settleMs, undefined, { ref: false })]);
    if (section !== undefined) this.#options.onSection(section);
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
