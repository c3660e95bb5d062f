import { type ErrorCode, errorCodes } from '../base/codes/index.js';
import type { MetricSpec } from './metric-spec.js';

/** Stages of the dataflow; over Kafka each is a service of that name. */
export const stages = [
  'ingest',
  'selector',
  'featurizer',
  'scaler_moments',
  'scaler',
  'trainer',
  'scorer',
  'feature_files',
] as const;
export type Stage = (typeof stages)[number];

/** Why an event that can be used is not selected: the cuts, in their order. A test holds them to lib/physics. */
export const cutReasons = ['trigger', 'leptons', 'lepton_pt', 'mll'] as const;

/** Why an event cannot be used. A test holds them to lib/physics. */
export const eventFaults = ['weight_not_finite', 'weight_absurd', 'unphysical_value'] as const;

const codes = Object.keys(errorCodes).sort() as ErrorCode[];

/** Kinds of feature columns. A test holds them to lib/physics. */
export const featureKinds = ['gev', 'rapidity', 'imbalance', 'plain'] as const;

/** States of a service, in the order in which they come. */
export const servicePhases = ['starting', 'running', 'draining', 'stopped', 'failed'] as const;
export type ServicePhase = (typeof servicePhases)[number];

/** Most partitions of a topic, as kafka.topics.partitions allows them. */
const partition = { below: 1024 } as const;
const id = { one: 'id' } as const;
const ofStage = { stage: stages } as const;

/** The closed list of everything that is measured; docs/metrics.md is generated from it. */
export const metricList = {
  inputBatches: {
    type: 'counter',
    name: 'rmmstream_input_batches_total',
    help: 'Batches taken in; over Kafka a batch is a message.',
    labels: ofStage,
  },
  inputEvents: {
    type: 'counter',
    name: 'rmmstream_input_events_total',
    help: 'Events taken in.',
    labels: ofStage,
  },
  inputBytes: {
    type: 'counter',
    name: 'rmmstream_input_bytes_total',
    help: 'Bytes taken in: values of messages, or compressed bytes of files at ingest.',
    labels: ofStage,
  },
  outputBatches: {
    type: 'counter',
    name: 'rmmstream_output_batches_total',
    help: 'Batches given on.',
    labels: ofStage,
  },
  outputEvents: {
    type: 'counter',
    name: 'rmmstream_output_events_total',
    help: 'Events given on: to the next stage, to training or into files of scores.',
    labels: ofStage,
  },
  outputBytes: {
    type: 'counter',
    name: 'rmmstream_output_bytes_total',
    help: 'Bytes given on: values of messages, or of files.',
    labels: ofStage,
  },
  rejectedEvents: {
    type: 'counter',
    name: 'rmmstream_rejected_events_total',
    help: 'Events that go no further: cut, or not usable.',
    labels: { ...ofStage, reason: [...cutReasons, ...eventFaults] },
  },
  deadLetters: {
    type: 'counter',
    name: 'rmmstream_dead_letters_total',
    help: 'Dead letters written, by the fault of the event or by the error code of the message.',
    labels: { ...ofStage, reason: [...eventFaults, ...codes] },
  },
  errors: {
    type: 'counter',
    name: 'rmmstream_stage_errors_total',
    help: 'Errors met, those that were tried again included; codes are in errors.md.',
    labels: { ...ofStage, code: codes },
  },
  busySeconds: {
    type: 'counter',
    name: 'rmmstream_busy_seconds_total',
    help: 'Seconds spent working, summed over partitions or threads; not those spent waiting for input or for a broker.',
    labels: ofStage,
  },
  transactionSeconds: {
    type: 'histogram',
    name: 'rmmstream_transaction_seconds',
    help: 'Seconds from the beginning of a Kafka transaction to its end.',
    labels: { ...ofStage, outcome: ['committed', 'aborted'] },
    bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  scoreLatency: {
    type: 'histogram',
    name: 'rmmstream_ingest_to_score_seconds',
    help: 'Seconds from the moment when ingest read a block to the moment when its scores are in a file, once for each block. Clocks of different machines go into it.',
    labels: ofStage,
    bounds: [
      0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800,
      3600,
    ],
  },
  queueBatches: {
    type: 'gauge',
    name: 'rmmstream_queue_batches',
    help: 'Batches held in memory: read and not yet given on.',
    labels: ofStage,
  },
  queueBytes: {
    type: 'gauge',
    name: 'rmmstream_queue_bytes',
    help: 'Bytes in flight: those of the batches held in memory.',
    labels: ofStage,
  },
  assignedPartitions: {
    type: 'gauge',
    name: 'rmmstream_assigned_partitions',
    help: 'Partitions of the input that this copy works on.',
    labels: ofStage,
  },
  positionRecords: {
    type: 'gauge',
    name: 'rmmstream_position_records',
    help: 'Next offset to work on in a partition; at ingest the number of blocks of the partition that are done, in a training of given files rows of all epochs.',
    labels: { ...ofStage, partition },
  },
  lagRecords: {
    type: 'gauge',
    name: 'rmmstream_lag_records',
    help: 'Messages of a partition that wait; at ingest blocks, in a training of given files rows of all epochs.',
    labels: { ...ofStage, partition },
  },
  lagSeconds: {
    type: 'age',
    name: 'rmmstream_lag_seconds',
    help: 'Age of the oldest message of a partition that waits; 0 where none does.',
    labels: { ...ofStage, partition },
  },
  stalledPartitions: {
    type: 'gauge',
    name: 'rmmstream_stalled_partitions',
    help: 'Partitions with lag and without progress for engine.stall_timeout_ms or longer.',
    labels: ofStage,
  },
  checkpointAge: {
    type: 'age',
    name: 'rmmstream_checkpoint_age_seconds',
    help: 'Seconds since the last checkpoint: the last committed position, or the last one of the training.',
    labels: ofStage,
  },
  modelInfo: {
    type: 'info',
    name: 'rmmstream_model_info',
    help: 'The newest model that the stage made or uses.',
    labels: { ...ofStage, version: id },
  },
  modelAge: {
    type: 'age',
    name: 'rmmstream_model_age_seconds',
    help: 'Seconds since that model was made.',
    labels: ofStage,
  },
  scalerInfo: {
    type: 'info',
    name: 'rmmstream_scaler_info',
    help: 'The scaler that the stage made or uses.',
    labels: { ...ofStage, version: id },
  },
  scalerAge: {
    type: 'age',
    name: 'rmmstream_scaler_age_seconds',
    help: 'Seconds since that scaler was frozen.',
    labels: ofStage,
  },
  trainingEpochs: {
    type: 'counter',
    name: 'rmmstream_training_epochs_total',
    help: 'Epochs of the training that have ended, over all megasets.',
    labels: ofStage,
  },
  trainingLoss: {
    type: 'gauge',
    name: 'rmmstream_training_loss',
    help: 'Loss on the training events over the last epoch, over trained columns.',
    labels: ofStage,
  },
  validationLoss: {
    type: 'gauge',
    name: 'rmmstream_validation_loss',
    help: 'Loss on the validation events after the last epoch, over trained columns.',
    labels: ofStage,
  },
  drift: {
    type: 'gauge',
    name: 'rmmstream_drift_deviations',
    help: 'Largest distance of a feature of this kind from the frozen scaler, in its standard deviations, over the last window.',
    labels: { ...ofStage, kind: featureKinds },
  },
  driftingFeatures: {
    type: 'gauge',
    name: 'rmmstream_drifting_features',
    help: 'Features further from the frozen scaler than continuous.drift_limit.',
    labels: { ...ofStage, kind: featureKinds },
  },
  serviceState: {
    type: 'gauge',
    name: 'rmmstream_service_state',
    help: '1 for the state in which the service is, 0 for the others.',
    labels: { state: servicePhases },
  },
  serviceReady: {
    type: 'gauge',
    name: 'rmmstream_service_ready',
    help: '1 while /ready answers 200, else 0.',
    labels: {},
  },
  build: {
    type: 'info',
    name: 'rmmstream_build_info',
    help: 'Version of rmmstream.',
    labels: { version: id },
  },
  startTime: {
    type: 'gauge',
    name: 'rmmstream_start_time_seconds',
    help: 'When the process began to answer, in seconds since 1970: it changes where a process is started again.',
    labels: {},
  },
  eventLoopDelay: {
    type: 'gauge',
    name: 'rmmstream_event_loop_delay_seconds',
    help: 'How late the event loop of the process is, since about the last scrape.',
    labels: { statistic: ['mean', 'p99', 'max'] },
  },
  diskFree: {
    type: 'gauge',
    name: 'rmmstream_disk_free_bytes',
    help: 'Bytes that may still be written on the disk of the output directory, as the scrape before found it, and for 30 s at most where the file system hangs; where the process writes there.',
    labels: {},
  },
  diskSize: {
    type: 'gauge',
    name: 'rmmstream_disk_size_bytes',
    help: 'Bytes of that disk in all.',
    labels: {},
  },
  memory: {
    type: 'gauge',
    name: 'rmmstream_memory_bytes',
    help: 'Memory of the process: resident in all, threads included; of JavaScript in its main thread, used and taken; outside of that, and of it array buffers.',
    labels: { area: ['resident', 'heap_used', 'heap_total', 'external', 'array_buffers'] },
  },
  memoryLimit: {
    type: 'gauge',
    name: 'rmmstream_memory_limit_bytes',
    help: 'Memory at which the system ends the process: that of its container; where there is such a limit.',
    labels: {},
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricList = typeof metricList;
export type MetricKey = keyof MetricList;
