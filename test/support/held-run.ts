import { join } from 'node:path';
import { amplified } from './amplified.js';
import { assertSameRun, writeKafkaConfig } from './kafka-run.js';
import { allEndWell, endAll, type StartedService, startService, sumOf, untilTrue } from './kafka-services.js';
import { runWell, writeConfig } from './small-run.js';

export const heldPartitions = 2;

/** So small that the flow is several times what a service may hold; short pauses, so that a hold sees many tries. */
export const heldKafka = {
  topics: { partitions: heldPartitions },
  fetch_bytes: 1 << 20,
  transaction_messages: 2,
  sink_window_offsets: 2,
  retry_max_ms: 500,
  session_timeout_ms: 2000,
  request_timeout_ms: 3000,
} as const;

/**
 * The same where every copy lives all the time: a neighbour that takes the cores for seconds makes no member lose its
 * partitions, whose new owner would read the held window again and be well until its first try to write.
 */
export const calmKafka = { ...heldKafka, session_timeout_ms: 15_000 } as const;

/** A run over Kafka with its services as processes of the test, which holds it up on its way. */
export interface HeldRun {
  readonly config: string;
  readonly out: string;
  readonly services: readonly StartedService[];
  /** Starts services; those of before are kept. */
  start(...names: readonly string[]): void;
  /** All values of a metric of a stage, summed over services: over all of them, or over those that can answer. */
  sum(metric: string, stage: string, of?: readonly StartedService[]): Promise<number>;
  /** Waits for the end: every service ends well, the result is that of one process, and the ledger closes. */
  endsWell(): Promise<void>;
  /** Ends what is left of it. */
  stop(): Promise<void>;
}

/** Makes the inputs of a run of so many events, runs it in one process, and makes its topics. */
export async function prepareHeldRun(
  folder: string,
  given: {
    readonly brokers: readonly string[];
    readonly prefix: string;
    readonly events: number;
    readonly out?: string;
    readonly kafka?: typeof heldKafka | typeof calmKafka;
  },
): Promise<HeldRun> {
  const { brokers, prefix, events, out = join(folder, 'out'), kafka = heldKafka } = given;
  const file = writeConfig(folder, await amplified(folder, events), {
    features: { min_filled: 50 },
    training: { epochs: 1, megasets: 1, batch_events: 4096, validation_events: 1000 },
    evaluation: { bootstrap_samples: 0 },
    engine: { workers: 2 },
  });
  const embedded = join(folder, 'embedded');
  await runWell(['run', file, '--output', embedded]);
  const config = writeKafkaConfig(folder, 'kafka.yaml', brokers, { ...kafka, prefix });
  await runWell(['topics', 'create', config]);
  const services: StartedService[] = [];
  return {
    config,
    out,
    services,
    start(...names) {
      for (const name of names) services.push(startService(name, config, ['--output', out]));
    },
    sum: (metric, stage, of = services) => sumOf(of, metric, stage),
    async endsWell() {
      await allEndWell(services);
      await assertSameRun(out, embedded);
      await runWell(['ledger', config, '--output', out]);
    },
    stop: () => endAll(services),
  };
}

/** How long a number must stand still: a rebalance or a burst of neighbours makes a pause of some seconds too. */
const steadyMs = 6000;

/** Waits until a number stands still: stages before one that is held come to their own end, and all lies in Kafka. */
export async function untilSteady(what: string, look: () => Promise<number>): Promise<void> {
  let before = 0;
  let sinceMs = performance.now();
  await untilTrue(`${what} stands still`, async () => {
    const now = await look();
    if (now !== before) sinceMs = performance.now();
    before = now;
    return now > 0 && performance.now() - sinceMs > steadyMs;
  });
}
