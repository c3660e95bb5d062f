import type { Loads } from './loads.js';
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

/**
 * The time in which `events` and `selected` are written: all of it where events come evenly; where files are there, what
 * the copies of ingest take for them when nothing holds them up.
 */
function writingTime({ mode, events, hours, headroom, rates }: PlanRequest, loads: Loads): Quantity {
  if (mode === 'continuous')
    return quantity('time of writing', (hours * 3600) / headroom, 's', 'hours x 3600 / headroom', {
      hours,
      headroom,
    });
  const { load } = loads.stages.find(({ stage }) => stage === 'ingest')!;
  const { ingest: rate } = rates;
  const seconds = events / (rate * Math.ceil(load / rate));
  return quantity('time of writing', seconds, 's', 'events / (rate x ceil(load / rate))', {
    events,
    rate,
    load,
  });
}

function keptShare({ retentionHours }: PlanRequest, writing: number): Quantity {
  return quantity(
    'kept of events and selected',
    Math.min(1, (retentionHours * 3600) / writing),
    'share',
    'min(1, retention_hours x 3600 / time_of_writing)',
    { retention_hours: retentionHours, time_of_writing: writing },
  );
}

/** What topics, outputs and input take. Models, the scaler and the progress of a run are a few megabytes and left out. */
export function storageOf(request: PlanRequest, loads: Loads): Storage {
  const { events, selected, trained, replication, retentionHours, bytesPerEvent, rates } = request;
  const rows = events * selected;
  const writing = writingTime(request, loads);
  // Without a limit there is nothing to compute.
  const bounds = retentionHours === 0 ? [] : [writing, keptShare(request, writing.value)];
  const kept = bounds.at(-1)?.value ?? 1;
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
  const onBrokers = sumOf('disk of topics', topics);
  const written = sumOf('disk of the output', outputs);
  return {
    topics: onBrokers.value,
    outputs: written.value,
    input: input.value,
    quantities: [input, ...bounds, ...topics, onBrokers, ...outputs, written],
  };
}

/** The sum of quantities that are called "disk of ...". */
function sumOf(name: string, parts: readonly Quantity[]): Quantity {
  const inputs = Object.fromEntries(
    parts.map((part) => [part.name.replace('disk of ', '').replaceAll(' ', '_'), part.value]),
  );
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return quantity(name, total, 'bytes', Object.keys(inputs).join(' + '), inputs);
}
