import { type Quantity, quantity } from './quantity.js';
import type { PlanRequest } from './request.js';

export interface Storage {
  /** Bytes on the brokers' disks, all replicas. */
  readonly topics: number;
  /** Bytes in the output directory. */
  readonly outputs: number;
  /** Bytes of the input files. */
  readonly input: number;
  readonly quantities: readonly Quantity[];
}

/** What topics, outputs and input take. Models, the scaler and the progress of a run are a few megabytes and left out. */
export function storageOf(request: PlanRequest): Storage {
  const { events, selected, trained, replication, retentionHours, hours, bytesPerEvent, rates } = request;
  const rows = events * selected;
  const kept = retentionHours === 0 ? 1 : Math.min(1, retentionHours / hours);
  const { events_bytes, selected_bytes, features_bytes, scaled_bytes } = rates;
  const topic = (name: string, count: number, bytes: number, share: number): Quantity =>
    quantity(
      `disk of ${name}`,
      count * bytes * share * replication,
      'bytes',
      'count x bytes x kept x replication',
      {
        count,
        bytes,
        kept: share,
        replication,
      },
    );
  const topics = [
    topic('topic events', events, events_bytes, kept),
    topic('topic selected', rows, selected_bytes, kept),
    topic('topic features', rows, features_bytes, 1),
    topic('topic scaled', rows, scaled_bytes, 1),
  ];
  const output = (name: string, count: number, bytes: number): Quantity =>
    quantity(`disk of ${name}`, count * bytes, 'bytes', 'count x bytes', { count, bytes });
  const outputs = [
    output('score files', rows, rates.score_file_bytes),
    output('feature files', rows, rates.feature_file_bytes),
    output('megasets', rows * trained, rates.megaset_bytes),
  ];
  const input = output('input files', events, bytesPerEvent);
  const sum = (all: readonly Quantity[]) => all.reduce((total, { value }) => total + value, 0);
  return {
    topics: sum(topics),
    outputs: sum(outputs),
    input: input.value,
    quantities: [input, ...topics, ...outputs],
  };
}
