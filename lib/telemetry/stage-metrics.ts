import type { ErrorCode } from '../base/codes/index.js';
import { featureKinds, type Stage } from './metric-list.js';
import type { LabelsOf, Metrics } from './metrics.js';
import type { EpochReport } from './reports.js';
import { StageSums } from './stage-sums.js';

export type RejectReason = LabelsOf<'rejectedEvents'>['reason'];
export type DeadLetterReason = LabelsOf<'deadLetters'>['reason'];
export type FeatureKind = (typeof featureKinds)[number];

/** How far the work on a partition is. */
export interface PartitionProgress {
  /** Next offset to work on. */
  readonly position: number;
  /** Offset behind the last message that can be seen. */
  readonly end: number;
  /** Wall-clock time of the message at `position`, where it is known. */
  readonly oldestMs?: number;
}

/** An artefact that a stage made or uses. */
export interface Version {
  readonly version: string;
  /** Wall-clock time at which it was made. */
  readonly madeMs: number;
}

/** The metrics of one stage in its own words. Once a batch, never for each event. */
export interface StageMetrics {
  batchIn(events: number, bytes: number): void;
  batchOut(events: number, bytes: number): void;
  rejected(reason: RejectReason, events: number): void;
  deadLetters(reason: DeadLetterReason, count: number): void;
  error(code: ErrorCode): void;
  busy(seconds: number): void;
  transaction(outcome: 'committed' | 'aborted', seconds: number): void;
  /** @param seconds from the reading of a block to its scores in a file */
  scored(seconds: number): void;
  /** What is held in memory now. */
  queue(batches: number, bytes: number): void;
  /** The partitions of this copy from now on: series of others are taken away, with the last one the checkpoint. */
  assigned(partitions: readonly number[]): void;
  /** Of a partition that is not assigned (any more) it is passed over. */
  progress(partition: number, progress: PartitionProgress): void;
  /** Partitions with lag and without progress. */
  stalled(partitions: number): void;
  /** @param atMs wall-clock time of the last checkpoint or commit */
  checkpoint(atMs: number): void;
  /** One that is older than the one shown is passed over; the same holds for a scaler. */
  model(version: Version): void;
  scaler(version: Version): void;
  /** An epoch has ended. */
  epoch(losses: Pick<EpochReport, 'loss' | 'validationLoss'>): void;
  /** Forgets losses, lag, checkpoint, model and scaler: another copy trains from now on and tells of them. */
  trainsNoMore(): void;
  /** @param deviations largest distance among the features of a kind, in standard deviations */
  drift(kind: FeatureKind, deviations: number, driftingFeatures: number): void;
  /** Drift is watched here no more: another copy may tell of it, and the last word of this one grows old. */
  driftUnwatched(): void;
}

/** Counters without a second label, and how far partitions are, are given to the metrics when somebody looks. */
export function stageMetrics(metrics: Metrics, stage: Stage, clock: { wallMs(): number }): StageMetrics {
  const own = { stage } as const;
  const sums = new StageSums(metrics, stage);
  const waiting = new Map<number, Waiting>();
  const newest = new Map<'modelInfo' | 'scalerInfo', Version>();
  const assigned = (partitions: readonly number[]) => {
    for (const partition of [...waiting.keys()].filter((known) => !partitions.includes(known))) {
      waiting.delete(partition);
      for (const metric of ['positionRecords', 'lagRecords', 'lagSeconds'] as const) {
        metrics.forget(metric, { stage, partition });
      }
    }
    for (const partition of partitions) {
      if (!waiting.has(partition))
        waiting.set(partition, { position: -1, sinceMs: undefined, end: undefined });
    }
    metrics.set('assignedPartitions', own, partitions.length);
    // Without a partition nothing can be kept: the age of the last checkpoint would rise for ever.
    if (partitions.length === 0) metrics.forget('checkpointAge', own);
  };
  const show = (info: 'modelInfo' | 'scalerInfo', age: 'modelAge' | 'scalerAge', of: Version) => {
    // What is read again was scored with an earlier model.
    if (of.madeMs < (newest.get(info)?.madeMs ?? Number.NEGATIVE_INFINITY)) return;
    newest.set(info, of);
    metrics.info(info, { stage, version: of.version });
    metrics.since(age, own, of.madeMs);
  };
  metrics.onScrape(() => {
    for (const [partition, { position, sinceMs, end }] of waiting) {
      if (end === undefined) continue;
      metrics.set('positionRecords', { stage, partition }, position);
      metrics.set('lagRecords', { stage, partition }, Math.max(0, end - position));
      metrics.since('lagSeconds', { stage, partition }, sinceMs);
    }
  });
  if (stage === 'trainer') metrics.add('trainingEpochs', own, 0);
  return {
    batchIn(events, bytes) {
      sums.add('inputBatches', 1);
      sums.add('inputEvents', events);
      sums.add('inputBytes', bytes);
    },
    batchOut(events, bytes) {
      sums.add('outputBatches', 1);
      sums.add('outputEvents', events);
      sums.add('outputBytes', bytes);
    },
    rejected: (reason, events) => metrics.add('rejectedEvents', { stage, reason }, events),
    deadLetters: (reason, count) => metrics.add('deadLetters', { stage, reason }, count),
    error: (code) => metrics.add('errors', { stage, code }, 1),
    busy: (seconds) => sums.add('busySeconds', seconds),
    transaction: (outcome, seconds) => metrics.observe('transactionSeconds', { stage, outcome }, seconds),
    scored: (seconds) => metrics.observe('scoreLatency', own, seconds),
    queue(batches, bytes) {
      metrics.set('queueBatches', own, batches);
      metrics.set('queueBytes', own, bytes);
    },
    assigned,
    progress(partition, progress) {
      const before = waiting.get(partition);
      if (before !== undefined) waiting.set(partition, waitingSince(before, progress, clock.wallMs()));
    },
    stalled: (partitions) => metrics.set('stalledPartitions', own, partitions),
    checkpoint: (atMs) => metrics.since('checkpointAge', own, atMs),
    model: (version) => show('modelInfo', 'modelAge', version),
    scaler: (version) => show('scalerInfo', 'scalerAge', version),
    epoch({ loss, validationLoss }) {
      metrics.add('trainingEpochs', own, 1);
      metrics.set('trainingLoss', own, loss);
      if (validationLoss !== undefined) metrics.set('validationLoss', own, validationLoss);
    },
    trainsNoMore() {
      assigned([]);
      const told = ['trainingLoss', 'validationLoss', 'modelAge', 'scalerAge'] as const;
      for (const metric of told) metrics.forget(metric, own);
      for (const [info, { version }] of newest) metrics.forget(info, { stage, version });
      newest.clear();
    },
    drift(kind, deviations, driftingFeatures) {
      metrics.set('drift', { stage, kind }, deviations);
      metrics.set('driftingFeatures', { stage, kind }, driftingFeatures);
    },
    driftUnwatched() {
      for (const kind of featureKinds)
        for (const metric of ['drift', 'driftingFeatures'] as const) metrics.forget(metric, { stage, kind });
    },
  };
}

interface Waiting {
  readonly position: number;
  /** Since when the message at `position` waits; undefined where none does. */
  readonly sinceMs: number | undefined;
  /** Undefined where nothing was told of the partition yet. */
  readonly end: number | undefined;
}

/** Where the time of the message is not known, it waits since it was first seen to: never too long. */
function waitingSince(before: Waiting, progress: PartitionProgress, nowMs: number): Waiting {
  const { position, end, oldestMs } = progress;
  if (position >= end) return { position, end, sinceMs: undefined };
  if (oldestMs !== undefined) return { position, end, sinceMs: oldestMs };
  return { position, end, sinceMs: before.position === position ? (before.sinceMs ?? nowMs) : nowMs };
}
