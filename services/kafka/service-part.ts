import type { RmmError } from '../../lib/base/error.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { ServiceTools } from '../../lib/flow/host-service.js';
import type { HopObserver } from '../../lib/flow/partitions/hop.js';
import {
  type PartitionBody,
  PartitionRunner,
  type Tenure,
} from '../../lib/flow/partitions/partition-runner.js';
import type { SinkObserver } from '../../lib/flow/partitions/sink.js';
import { stallReport } from '../../lib/flow/stall-report.js';
import { StallWatch } from '../../lib/flow/stall-watch.js';
import { type DeadLetterReason, type StageMetrics, stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import type { ServiceContext } from './context.js';
import type { Stage } from './stages.js';

/** A part of a service that runs until its signal is aborted. */
export interface ServicePart {
  readonly name: string;
  /** @throws what no retry mends: it ends the service */
  run(signal: AbortSignal): Promise<void>;
}

const stallLookMs = 2_000;

/** How a partitioned stage shows itself: metrics, readiness, stalls. */
export class StageView {
  readonly metrics: StageMetrics;
  readonly #context: ServiceContext;
  readonly #watch: StallWatch;
  readonly #name: string;

  constructor(context: ServiceContext, stage: Stage) {
    this.#context = context;
    this.#name = stage.role;
    const { tools, loaded, names } = context;
    this.metrics = stageMetrics(tools.metrics, stage.label, tools.clock);
    this.#watch = new StallWatch(names.topic(stage.topic), loaded.config.engine.stall_timeout_ms);
  }

  assigned(partitions: readonly number[]): void {
    this.metrics.assigned(partitions);
    this.#watch.assigned(partitions);
    this.#context.tools.log.info('partitions', { part: this.#name, partitions: partitions.join(',') });
  }

  /** @param held it waits for something else by design */
  looked(partition: number, position: number, end: number, oldestMs: number | undefined, held = false): void {
    this.metrics.progress(partition, { position, end, ...(oldestMs === undefined ? {} : { oldestMs }) });
    this.#watch.seen(partition, { position, end, held }, this.#context.tools.clock.steadyMs());
  }

  /** Looks for stalls every few seconds until `signal` is aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    const { tools } = this.#context;
    const report = stallReport(tools.health, this.metrics);
    while (!signal.aborted) {
      report(this.#watch.stalls(tools.clock.steadyMs()));
      await sleep(stallLookMs, signal, tools.clock).catch(() => {});
    }
    report([]);
  }

  get hopObserver(): HopObserver {
    const { metrics } = this;
    const { clock } = this.#context.tools;
    return {
      looked: (partition, position, end, oldestMs) => this.looked(partition, position, end, oldestMs),
      committed: (_, results, bytesIn, seconds) => {
        for (const { eventsIn, eventsOut, out, deadLetters } of results) {
          metrics.batchIn(eventsIn, bytesIn / results.length);
          if (out !== undefined) metrics.batchOut(eventsOut, out.value?.length ?? 0);
          for (const { headers } of deadLetters) metrics.deadLetters(headers.reason as DeadLetterReason, 1);
        }
        metrics.transaction('committed', seconds);
        metrics.checkpoint(clock.wallMs());
      },
    };
  }

  get sinkObserver(): SinkObserver {
    const { metrics } = this;
    const { health, clock } = this.#context.tools;
    return {
      looked: (partition, position, end, oldestMs) => this.looked(partition, position, end, oldestMs),
      added: (_, events, bytes) => metrics.batchIn(events, bytes),
      blocked: (partition, error) => {
        const key = `write:${this.#name}:${partition}`;
        if (error === undefined) {
          health.clear(key);
          metrics.checkpoint(clock.wallMs());
        } else {
          metrics.error(error.code);
          health.fault(key, error.message);
        }
      },
    };
  }
}

/** A stage that works partition by partition, as one member of its group. */
export function partitionedPart(
  context: ServiceContext,
  stage: Stage,
  view: StageView,
  body: PartitionBody,
): ServicePart {
  const { client, names, tools, pause } = context;
  const runner = new PartitionRunner({
    client,
    group: names.group(stage.role),
    topic: names.topic(stage.topic),
    transactionalId: (partition) => names.transactionalId(stage.role, partition),
    body,
    pause,
    onPartitions: (partitions) => view.assigned(partitions),
    onPartition: (partition, state) => {
      const key = `partition:${stage.role}:${partition}`;
      if (state.kind === 'working' || state.kind === 'given_up') tools.health.clear(key);
      else if (state.kind === 'retrying') {
        view.metrics.error(state.error.code);
        if (isTrouble(state.error, state.attempt))
          tools.health.fault(
            key,
            `partition ${partition} of ${names.topic(stage.topic)}: ${state.error.message}`,
          );
      }
    },
    onMembership: membershipFaults(tools, stage.role),
  });
  return {
    name: stage.role,
    async run(signal) {
      const watching = view.watch(signal);
      await runner.run(signal);
      if (signal.aborted) await watching;
    },
  };
}

/** A control role: held by whoever owns the one partition of `progress` in the role's group. */
export function rolePart(
  context: ServiceContext,
  role: string,
  body: (tenure: Tenure) => Promise<void>,
): ServicePart {
  const { client, names, tools, pause } = context;
  const runner = new PartitionRunner({
    client,
    group: names.group(role),
    topic: names.topic('progress'),
    transactionalId: () => names.transactionalId(role),
    body: async (tenure) => {
      tools.log.info('role_taken', { role });
      await body(tenure);
      // The role stays taken when its work is done: others would only find that there is nothing to do.
      await untilAborted(tenure.signal);
    },
    pause,
    onPartition: (_, state) => {
      const key = `role:${role}`;
      if (state.kind === 'working' || state.kind === 'given_up') tools.health.clear(key);
      else if (state.kind === 'retrying' && isTrouble(state.error, state.attempt))
        tools.health.fault(key, `${role}: ${state.error.message}`);
    },
    onMembership: membershipFaults(tools, role),
  });
  return { name: role, run: (signal) => runner.run(signal) };
}

/** Takeovers in a row that a rebalance explains; more of them are two runs under the same names. */
const usualTakeovers = 5;

/** The first failure may be a hiccup, and a partition that was taken over is somebody else's. */
function isTrouble({ code }: RmmError, attempt: number): boolean {
  return attempt > (code === 'kafka_fenced' ? usualTakeovers : 1);
}

function membershipFaults(tools: ServiceTools, group: string) {
  const key = `group:${group}`;
  return (state: 'joining' | 'joined' | 'lost', reason?: Error) => {
    if (state === 'joined') tools.health.clear(key);
    else if (state === 'lost')
      tools.health.fault(key, `not in the group ${group}: ${reason?.message ?? 'no reason given'}`);
  };
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
