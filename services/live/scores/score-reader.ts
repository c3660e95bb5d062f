import { setTimeout as wait } from 'node:timers/promises';
import type { ScoresSection } from '../shared/snapshot.js';
import type { TopEntry } from './score-board.js';
import { isLoss, type TaskThread } from './task-thread.js';
import type { BoardTask } from './tasks.js';

/** At the end of a run the rest of its files is waited for so long, and no longer. */
const settleMs = 5_000;
/** A file with which the thread was lost so often is left out: once it may have been the disk. */
const mostTries = 2;
/** After so many losses in one run there is no further thread. */
const mostLosses = 6;

export interface ScoreReaderOptions {
  readonly open: () => TaskThread;
  readonly onSection: (section: ScoresSection) => void;
  /** Hears that a file could not be read. */
  readonly onTrouble: (error: unknown) => void;
  /** Hears that nothing more will be read of this run, and why. */
  readonly onEnd: (why: string) => void;
}

/**
 * Reads files of scores in a thread of its own, one after the other. Files that wait stay here, so that whoever asks
 * for what there is waits for one file and not for all of them; and where the thread is lost, another one begins anew.
 */
export class ScoreReader {
  readonly #options: ScoreReaderOptions;
  #thread: TaskThread;
  readonly #known = new Set<string>();
  /** How often the thread was lost with a file. */
  readonly #lostWith = new Map<string, number>();
  #losses = 0;
  #waiting: string[] = [];
  /** Kept when all files that were given are read. */
  #reading: Promise<void> | undefined;
  /** Counts the runs that were shown: what was asked of an earlier one is of no use any more. */
  #runs = 0;
  #dirty = false;
  #asking = false;
  #closed = false;

  constructor(options: ScoreReaderOptions) {
    this.#options = options;
    this.#thread = options.open();
  }

  /** Takes a finished file, once. */
  take(path: string): void {
    if (this.#known.has(path) || this.#closed) return;
    this.#known.add(path);
    if (this.#isOver) return;
    this.#waiting.push(path);
    this.#reading ??= this.#readAll();
  }

  /** Another run begins: what was read of the one before is forgotten. */
  restart(): void {
    const wasOver = this.#isOver;
    this.#known.clear();
    this.#lostWith.clear();
    this.#losses = 0;
    this.#waiting = [];
    this.#runs += 1;
    if (wasOver) this.#thread = this.#options.open();
    else this.#told(this.#run({ kind: 'restart' }));
  }

  /** Asks for what there is, where that is new; call it as often as a page should change. */
  refresh(): void {
    if (!this.#dirty || this.#asking || this.#closed || this.#isOver) return;
    this.#dirty = false;
    this.#asking = true;
    void this.#told(this.#section()).finally(() => {
      this.#asking = false;
    });
  }

  /** All files that were given have been read, and what they gave is told; or time is up. */
  async settle(mostMs = settleMs): Promise<void> {
    if (this.#closed || this.#isOver) return;
    const all = (async () => {
      await this.#reading;
      if (!this.#isOver) await this.#told(this.#section());
    })();
    await Promise.race([all, wait(mostMs, undefined, { ref: false })]);
    this.#dirty = false;
  }

  /** Where an event of the list lies; undefined where that holds no such one. */
  async entry(id: string): Promise<TopEntry | undefined> {
    return this.#isOver ? undefined : this.#run({ kind: 'entry', id });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.close();
  }

  get #isOver(): boolean {
    return this.#losses >= mostLosses;
  }

  async #readAll(): Promise<void> {
    for (let at = 0; at < this.#waiting.length && !this.#closed; at += 1) {
      const of = this.#waiting;
      const path = of[at]!;
      if (!this.#isLeftOut(path)) await this.#told(this.#take(path));
      this.#dirty = true;
      // Another run has files of its own, and another thread begins with the first one.
      if (of !== this.#waiting) at = -1;
    }
    this.#waiting = [];
    this.#reading = undefined;
  }

  async #take(path: string): Promise<void> {
    const run = this.#runs;
    try {
      await this.#run({ kind: 'take', path });
    } catch (error) {
      if (isLoss(error) && run === this.#runs) this.#lostWith.set(path, (this.#lostWith.get(path) ?? 0) + 1);
      throw error;
    }
  }

  #isLeftOut(path: string): boolean {
    return (this.#lostWith.get(path) ?? 0) >= mostTries;
  }

  async #section(): Promise<void> {
    const run = this.#runs;
    const section = await this.#run<ScoresSection>({ kind: 'section' });
    if (run !== this.#runs || this.#closed) return;
    const leftOut = [...this.#lostWith.keys()].filter((path) => this.#isLeftOut(path)).length;
    this.#options.onSection({ ...section, unreadable: section.unreadable + leftOut });
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
    const thread = this.#thread;
    try {
      return await thread.run<Result>(task);
    } catch (error) {
      // Whatever waited for the thread hears of the same loss.
      if (isLoss(error) && thread === this.#thread && !this.#closed && !this.#isOver)
        this.#beginAnew(error.message);
      throw error;
    }
  }

  /** What the thread knew is lost with it: another one reads all files again. */
  #beginAnew(why: string): void {
    this.#losses += 1;
    if (this.#isOver) {
      this.#waiting = [];
      this.#options.onEnd(why);
      return;
    }
    this.#thread = this.#options.open();
    this.#waiting = [...this.#known];
    this.#reading ??= this.#readAll();
  }
}
