import { invariant } from '../../base/error.js';
import type { Bracket } from './brackets.js';

/** Train configuration `trial` until it has seen `epochs` epochs in all. */
export interface Job {
  readonly trial: number;
  readonly epochs: number;
}

/** A configuration after a rung; an error that is not finite is that of a training which diverged. */
export interface Standing {
  readonly trial: number;
  readonly error: number;
}

/** The `count` best, ties by number; never one that diverged. */
export function promoted(standings: readonly Standing[], count: number): number[] {
  return standings
    .filter(({ error }) => Number.isFinite(error))
    .sort((a, b) => a.error - b.error || a.trial - b.trial)
    .slice(0, count)
    .map(({ trial }) => trial);
}

/** Successive halving in work: jobs of a rung in any order, the next rung once all are done. */
class BracketRun {
  readonly #bracket: Bracket;
  #rung = 0;
  #waiting: number[];
  #running = new Set<number>();
  #done: Standing[] = [];

  constructor(bracket: Bracket) {
    this.#bracket = bracket;
    this.#waiting = Array.from({ length: bracket.rungs[0]!.trials }, (_, index) => bracket.first + index);
  }

  get isOver(): boolean {
    return this.#waiting.length === 0 && this.#running.size === 0;
  }

  take(): Job | undefined {
    const trial = this.#waiting.shift();
    if (trial === undefined) return undefined;
    this.#running.add(trial);
    return { trial, epochs: this.#bracket.rungs[this.#rung]!.epochs };
  }

  /** @returns configurations that go no further */
  finish(trial: number, error: number): number[] {
    this.#running.delete(trial);
    this.#done.push({ trial, error });
    if (!this.isOver) return [];
    this.#rung += 1;
    const standings = this.#done;
    this.#done = [];
    this.#waiting = promoted(standings, this.#bracket.rungs[this.#rung]?.trials ?? 0);
    return standings.map((standing) => standing.trial).filter((number) => !this.#waiting.includes(number));
  }
}

/**
 * Gives out the jobs of brackets to any number of workers. A rung waits for its last result; meanwhile jobs of later
 * brackets are given out. Which configurations go on depends on results only, never on their order.
 */
export class Schedule {
  readonly #brackets: Iterator<Bracket>;
  #active: BracketRun[] = [];
  readonly #running = new Map<number, BracketRun>();

  constructor(brackets: Iterable<Bracket>) {
    this.#brackets = brackets[Symbol.iterator]();
  }

  /** Jobs that were taken and not finished. */
  get running(): number {
    return this.#running.size;
  }

  /** The next job; undefined where there is none before a running one is finished, or none at all any more. */
  take(): Job | undefined {
    for (const run of this.#active) {
      const job = this.#give(run);
      if (job !== undefined) return job;
    }
    const next = this.#brackets.next();
    if (next.done === true) return undefined;
    const run = new BracketRun(next.value);
    this.#active.push(run);
    return this.#give(run);
  }

  /**
   * @param error validation error after the job's epochs; not finite where the training diverged
   * @returns configurations that go no further
   */
  finish(job: Job, error: number): number[] {
    const run = this.#running.get(job.trial);
    invariant(run !== undefined, `configuration ${job.trial} is not in work`);
    this.#running.delete(job.trial);
    const dropped = run.finish(job.trial, error);
    if (run.isOver) this.#active = this.#active.filter((other) => other !== run);
    return dropped;
  }

  #give(run: BracketRun): Job | undefined {
    const job = run.take();
    if (job !== undefined) this.#running.set(job.trial, run);
    return job;
  }
}
