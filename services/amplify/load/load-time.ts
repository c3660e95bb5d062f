import type { LoadOrder } from './load-order.js';

/** So long after its time another copy may still be planning its last file. */
const othersMs = 5_000;

/**
 * The time of a load without a number of events, as one of its copies sees it: it begins when all is known that a plan is
 * made from. The copy that plans knows that itself; any other one knows it by the first file that is planned.
 */
export class LoadTime {
  readonly #lengthMs: number;
  readonly #nowMs: () => number;
  /** Files of loads before this one. */
  readonly #filesBefore: number;
  #untilMs: number | undefined;
  /** How far this copy is with the plan, where it is the one that plans. */
  #planning: 'none' | 'begun' | 'done' = 'none';

  /**
   * @param nowMs a clock that never goes back
   * @param files that are planned already
   */
  constructor({ seconds }: Pick<LoadOrder, 'seconds'>, nowMs: () => number, files: number) {
    this.#lengthMs = seconds === undefined ? Number.POSITIVE_INFINITY : 1000 * seconds;
    this.#nowMs = nowMs;
    this.#filesBefore = files;
  }

  /** This copy is the one to plan, once it has weighed what it plans from. */
  takes(): void {
    this.#planning = 'begun';
  }

  /** Begins the time; after a failure it does not begin again. */
  begins(): void {
    this.#untilMs ??= this.#nowMs() + this.#lengthMs;
  }

  planned(): void {
    this.#planning = 'done';
  }

  /** Another copy plans from now on. */
  leaves(): void {
    this.#planning = 'none';
  }

  /** Whether files may still be planned. */
  get isLeft(): boolean {
    return this.#nowMs() < (this.#untilMs ?? Number.POSITIVE_INFINITY);
  }

  /** Whether no more is planned, by anybody. @param files that are planned now */
  isOver(files: number): boolean {
    if (this.#planning !== 'none') return this.#planning === 'done';
    if (files > this.#filesBefore) this.begins();
    return this.#untilMs !== undefined && this.#nowMs() > this.#untilMs + othersMs;
  }
}
