import { type Stage, stages } from '../../lib/telemetry/metric-list.js';
import type { Metrics } from '../../lib/telemetry/metrics.js';
import {
  type DeadLetterReason,
  type PartitionProgress,
  type RejectReason,
  type StageMetrics,
  stageMetrics,
} from '../../lib/telemetry/stage-metrics.js';
import type { RunWatch } from './watch.js';

/** Where work waits: ranges of files, epochs, ranges of features. All of it is one partition. */
const lines: readonly Stage[] = ['ingest', 'trainer', 'scorer'];
const partition = 0;

/** Feature files are written by the featurizer itself. */
const absent: readonly Stage[] = ['feature_files'];

/** A watch that counts a run in one process with the metrics that the services have. */
export function metricsWatch(metrics: Metrics, clock: { wallMs(): number }): RunWatch {
  const of = new Map<Stage, StageMetrics>();
  for (const stage of stages) if (!absent.includes(stage)) of.set(stage, stageMetrics(metrics, stage, clock));
  const places = new Map<Stage, PartitionProgress>();
  const at = (stage: Stage): StageMetrics => of.get(stage)!;
  for (const stage of lines) {
    at(stage).assigned([partition]);
    at(stage).queue(0, 0);
    // A task without progress is ended, and with it the run.
    at(stage).stalled(0);
  }
  return {
    batch(stage, { eventsIn, bytesIn, eventsOut, bytesOut, seconds, rejected = {}, deadLetters = {} }) {
      const own = at(stage);
      own.batchIn(eventsIn, bytesIn);
      if (eventsOut > 0 || bytesOut > 0) own.batchOut(eventsOut, bytesOut);
      own.busy(seconds);
      for (const [reason, events] of Object.entries(rejected)) own.rejected(reason as RejectReason, events);
      for (const [reason, count] of Object.entries(deadLetters))
        own.deadLetters(reason as DeadLetterReason, count);
    },
    queue: (stage, batches, bytes) => at(stage).queue(batches, bytes),
    waiting(stage, position, end) {
      places.set(stage, { position, end });
      at(stage).progress(partition, { position, end });
    },
    held(isHeld) {
      for (const stage of lines) at(stage).assigned(isHeld ? [] : [partition]);
      if (!isHeld) for (const [stage, place] of places) at(stage).progress(partition, place);
    },
    error: (stage, code) => at(stage).error(code),
    checkpoint: (stage, atMs) => at(stage).checkpoint(atMs),
    model(version) {
      at('trainer').model(version);
      at('scorer').model(version);
    },
    scaler(version) {
      for (const stage of ['scaler', 'trainer', 'scorer'] as const) at(stage).scaler(version);
    },
    epoch: (epoch) => at('trainer').epoch(epoch),
  };
}
