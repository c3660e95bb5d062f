import type { ErrorCode } from '../../lib/base/codes/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { HopObserver } from '../../lib/flow/partitions/hop.js';
import type { SinkObserver } from '../../lib/flow/partitions/sink-options.js';
import { stallReport } from '../../lib/flow/stall-report.js';
import { StallWatch } from '../../lib/flow/stall-watch.js';
import { announce } from '../../lib/telemetry/channels.js';
import { type RejectReason, type StageMetrics, stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import { tellError } from '../../lib/telemetry/tell-error.js';
import type { ServiceContext } from './context.js';
import { hopReport } from './hop-report.js';
import type { Stage } from './stages.js';
import { letterCounts, tellLetters } from './tell-letters.js';

const stallLookMs = 2_000;

/** A report of nothing, of which a sink tells one side at a time. */
const nothing = { eventsIn: 0, bytesIn: 0, eventsOut: 0, bytesOut: 0 };

/** How a partitioned stage shows itself: metrics, readiness, stalls. */
export class StageView {
  readonly metrics: StageMetrics;
  readonly #context: ServiceContext;
  readonly #watch: StallWatch;
  readonly #name: string;
  readonly #label: Stage['label'];
  /** What is held in memory, by partition. */
  readonly #held = new Map<number, { readonly messages: number; readonly bytes: number }>();

  #isIdle = false;

  constructor(context: ServiceContext, stage: Stage) {
    this.#context = context;
    this.#name = stage.role;
    this.#label = stage.label;
    const { tools, loaded, names } = context;
    this.metrics = stageMetrics(tools.metrics, stage.label, tools.clock);
    this.#watch = new StallWatch(names.topic(stage.topic), loaded.config.engine.stall_timeout_ms);
  }

  assigned(partitions: readonly number[]): void {
    this.#isIdle = partitions.length === 0;
    this.metrics.assigned(partitions);
    this.#watch.assigned(partitions);
    this.#context.tools.log.info('partitions', { part: this.#name, partitions: partitions.join(',') });
  }

  /** @param oldestMs time of the first message that waits; 0 and below say none, as in messages of foreign writers */
  looked(partition: number, position: number, end: number, oldestMs: number | undefined): void {
    const isTold = oldestMs !== undefined && oldestMs > 0;
    this.metrics.progress(partition, { position, end, ...(isTold ? { oldestMs } : {}) });
    this.#watch.seen(partition, { position, end }, this.#context.tools.clock.steadyMs());
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

  /** @param messages of the partition that are in memory from now on */
  held(partition: number, messages: number, bytes: number): void {
    if (messages === 0) this.#held.delete(partition);
    else this.#held.set(partition, { messages, bytes });
    let allMessages = 0;
    let allBytes = 0;
    for (const of of this.#held.values()) {
      allMessages += of.messages;
      allBytes += of.bytes;
    }
    this.metrics.queue(allMessages, allBytes);
  }

  /** What a partition commits on its way to another copy is that one's checkpoint. */
  #checkpoint(): void {
    if (this.#isIdle) return;
    const atMs = this.#context.tools.clock.wallMs();
    this.metrics.checkpoint(atMs);
    announce('rmmstream:checkpoint', () => ({ stage: this.#label, atMs }));
  }

  error(code: ErrorCode): void {
    tellError(this.metrics, this.#label, code);
  }

  get hopObserver(): HopObserver {
    const { metrics } = this;
    const stage = this.#label;
    return {
      looked: (partition, position, end, oldestMs) => this.looked(partition, position, end, oldestMs),
      held: (partition, messages, bytes) => this.held(partition, messages, bytes),
      committed: (_, { results, bytesIn, busySeconds, transactionSeconds }) => {
        for (const { eventsIn, eventsOut, out, deadLetters, rejected, bytesIn: own } of results) {
          metrics.batchIn(eventsIn, own ?? bytesIn / results.length);
          if (out !== undefined) metrics.batchOut(eventsOut, out.value?.length ?? 0);
          for (const [reason, count] of letterCounts(deadLetters)) metrics.deadLetters(reason, count);
          for (const [reason, events] of rejected ?? []) metrics.rejected(reason as RejectReason, events);
        }
        metrics.busy(busySeconds);
        metrics.transaction('committed', transactionSeconds);
        this.#checkpoint();
        announce('rmmstream:batch', () => ({ stage, ...hopReport(results, bytesIn, busySeconds) }));
      },
      aborted: (_, transactionSeconds) => metrics.transaction('aborted', transactionSeconds),
    };
  }

  get sinkObserver(): SinkObserver {
    const { metrics } = this;
    const stage = this.#label;
    const { health } = this.#context.tools;
    return {
      looked: (partition, position, end, oldestMs) => this.looked(partition, position, end, oldestMs),
      held: (partition, messages, bytes) => this.held(partition, messages, bytes),
      added: (_, events, bytes, seconds) => {
        metrics.batchIn(events, bytes);
        metrics.busy(seconds);
        announce('rmmstream:batch', () => ({ stage, ...nothing, eventsIn: events, bytesIn: bytes, seconds }));
      },
      repeated: (_, seconds) => metrics.busy(seconds),
      written: (_, events, bytes, seconds) => {
        metrics.batchOut(events, bytes);
        metrics.busy(seconds);
        announce('rmmstream:batch', () => ({
          stage,
          ...nothing,
          eventsOut: events,
          bytesOut: bytes,
          seconds,
        }));
      },
      claimed: (_, transactionSeconds) => metrics.transaction('committed', transactionSeconds),
      committed: (_, transactionSeconds, letters) => {
        metrics.transaction('committed', transactionSeconds);
        this.#checkpoint();
        tellLetters(metrics, stage, letters);
      },
      aborted: (_, transactionSeconds) => metrics.transaction('aborted', transactionSeconds),
      blocked: (partition, error) => {
        const key = `write:${this.#name}:${partition}`;
        if (error === undefined) health.clear(key);
        else {
          this.error(error.code);
          health.fault(key, error.message);
        }
      },
    };
  }
}
