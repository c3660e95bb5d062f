import type { StageView } from '../shared/snapshot.js';
import { type HealthFacts, healthOf } from './health.js';
import { RateWindow } from './rate-window.js';

/** A batch at a stage, as a run tells of it. */
export interface BatchFacts {
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly bytesOut: number;
  readonly seconds: number;
  readonly rejected?: Readonly<Partial<Record<string, number>>>;
}

/** Everything that counters of a stage say at one moment, where they are read from outside. */
export interface StageTotals extends BatchFacts {
  readonly batches: number;
  readonly errors: number;
  readonly lag: number | undefined;
  readonly lagSeconds: number | undefined;
  readonly queueBatches: number | undefined;
  readonly queueBytes: number | undefined;
  readonly checkpointMs: number | undefined;
  readonly copies: { readonly up: number; readonly known: number } | undefined;
  /** Whether its events are known (else they are 0), and what only its processes know: time, bytes, errors. */
  readonly known: { readonly events: boolean; readonly services: boolean };
}

export interface StageMoment {
  readonly nowMs: number;
  readonly phase: HealthFacts['phase'];
  readonly isPaused: boolean;
}

const windowMs = 5_000;

/** One stage of the dataflow, counted up from batches or read as totals. */
export class StageState {
  readonly stage: string;
  readonly #lagUnit: string;
  #mostLag = 0;
  readonly #rates = new RateWindow(windowMs);
  #totals: StageTotals = {
    eventsIn: 0,
    eventsOut: 0,
    bytesOut: 0,
    seconds: 0,
    batches: 0,
    errors: 0,
    rejected: {},
    lag: undefined,
    lagSeconds: undefined,
    queueBatches: undefined,
    queueBytes: undefined,
    checkpointMs: undefined,
    copies: undefined,
    known: { events: false, services: false },
  };
  #errorMs = Number.NEGATIVE_INFINITY;
  #lastError: string | undefined;
  /** Since when it could work without a break; undefined while it has nothing to do. */
  #dueMs: number | undefined;

  /** @param lagUnit in what is counted what waits */
  constructor(stage: string, lagUnit: string) {
    this.stage = stage;
    this.#lagUnit = lagUnit;
  }

  batch(batch: BatchFacts): void {
    const { eventsIn, eventsOut, bytesOut, seconds, batches } = this.#totals;
    this.#totals = {
      ...this.#totals,
      eventsIn: eventsIn + batch.eventsIn,
      eventsOut: eventsOut + batch.eventsOut,
      bytesOut: bytesOut + batch.bytesOut,
      seconds: seconds + batch.seconds,
      batches: batches + 1,
      rejected: added(this.#totals.rejected, batch.rejected),
    };
  }

  /** Whether counters of its processes have been read before. */
  get isServed(): boolean {
    return this.#totals.known.services;
  }

  /** Takes what counters say. What they had counted before the first time is no rate. */
  read(totals: StageTotals, nowMs: number): void {
    const { known } = this.#totals;
    const isMore = (totals.known.events && !known.events) || (totals.known.services && !known.services);
    if (isMore) this.#rates.begin(totals, nowMs);
    this.#totals = totals;
  }

  /** An error that the counters have counted already. */
  met(code: string, nowMs: number): void {
    this.#errorMs = nowMs;
    this.#lastError = code;
  }

  queue(batches: number, bytes: number): void {
    this.#totals = { ...this.#totals, queueBatches: batches, queueBytes: bytes };
  }

  lag(waiting: number): void {
    this.#totals = { ...this.#totals, lag: waiting };
    this.#mostLag = Math.max(this.#mostLag, waiting);
  }

  /** The most that waited since the last call: what came and went between two looks is no less real. */
  takeMostLag(): number | undefined {
    const { lag } = this.#totals;
    if (lag === undefined) return undefined;
    const most = Math.max(this.#mostLag, lag);
    this.#mostLag = 0;
    return most;
  }

  checkpoint(atMs: number): void {
    this.#totals = { ...this.#totals, checkpointMs: atMs };
  }

  error(code: string, nowMs: number): void {
    this.met(code, nowMs);
    this.#totals = { ...this.#totals, errors: this.#totals.errors + 1 };
  }

  view(moment: StageMoment): StageView {
    const { nowMs, phase, isPaused } = moment;
    const { seconds: _, known: __, rejected, ...totals } = this.#totals;
    const rates = this.#rates.sample(this.#totals, nowMs);
    const verdict = healthOf({
      ...totals,
      sinceErrorMs: nowMs - this.#errorMs,
      sinceMovedMs: nowMs - this.#rates.movedMs,
      idleMs: this.#idleMs(moment),
      lastError: this.#lastError,
      phase,
      isPaused,
    });
    return {
      stage: this.stage,
      ...verdict,
      ...totals,
      ...rates,
      lagUnit: this.#lagUnit,
      rejected: (rejected ?? {}) as Readonly<Record<string, number>>,
    };
  }

  /**
   * How long it could have worked and has not. Whatever waits is due; where nobody counts what waits, a stage is missed
   * only once it has begun.
   */
  #idleMs({ nowMs, phase, isPaused }: StageMoment): number {
    const { lag } = this.#totals;
    const isDue = phase === 'running' && !isPaused && (lag === undefined || lag > 0);
    // A clock that was set back takes the beginning with it.
    this.#dueMs = isDue ? Math.min(this.#dueMs ?? nowMs, nowMs) : undefined;
    if (this.#dueMs === undefined) return 0;
    const { movedMs } = this.#rates;
    if (lag === undefined && movedMs < this.#dueMs) return 0;
    return nowMs - Math.max(movedMs, this.#dueMs);
  }
}

/** Sums by key; a key is foreign text, so that it never meets a prototype. */
export function added(
  known: BatchFacts['rejected'],
  more: BatchFacts['rejected'],
): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [key, count] of [...Object.entries(known ?? {}), ...Object.entries(more ?? {})])
    sums.set(key, (sums.get(key) ?? 0) + (count ?? 0));
  return Object.fromEntries(sums);
}
