import type { TrainingPlace } from './format.js';
import type { DeadLetterReason, RejectReason } from './stage-metrics.js';

/** What became of a batch at a stage: of a range in one process, of a transaction or a written file over Kafka. */
export interface BatchReport {
  readonly eventsIn: number;
  /** Of files or messages; 0 where a batch is handed over in memory. */
  readonly bytesIn: number;
  readonly eventsOut: number;
  readonly bytesOut: number;
  /** Spent working. */
  readonly seconds: number;
  /** Events that go no further; those that cannot be used are in `deadLetters` too. */
  readonly rejected?: Readonly<Partial<Record<RejectReason, number>>>;
  readonly deadLetters?: Readonly<Partial<Record<DeadLetterReason, number>>>;
}

/** An epoch of the training. */
export interface EpochReport extends TrainingPlace {
  /** From 0 within the megaset. */
  readonly epoch: number;
  readonly loss: number;
  /** Undefined where there are no validation events. */
  readonly validationLoss: number | undefined;
}
