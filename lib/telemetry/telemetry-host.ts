import type { Clock } from '../base/clock.js';
import { packageVersion } from '../base/package-root.js';
import { createHealth, type Health, type HealthOptions } from './health.js';
import { openHealthServer } from './health-server.js';
import type { AddressNames } from './http-listen.js';
import { type ServicePhase, servicePhases } from './metric-list.js';
import type { Metrics } from './metrics.js';
import { measureProcess } from './process-metrics.js';
import { createMetrics } from './prometheus-metrics.js';

export interface TelemetryOptions {
  /** 127.0.0.1 is this machine only. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  /** What host and port are called where they are given, for messages. */
  readonly named?: AddressNames;
  /** Hears of faults that come and go. */
  readonly onFault?: NonNullable<HealthOptions['onChange']>;
}

/** What a process shows of itself, and where. */
export interface TelemetryHost {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly health: Health;
  /** The process is in this state from now on. */
  phase(phase: ServicePhase): void;
  /**
   * A process that has failed first answers until one who has asked before has read that, for some seconds at most.
   * @param signal ends this waiting
   */
  close(signal?: AbortSignal): Promise<void>;
}

/** From the failure on. Scrapers come every few seconds; none that is usual stays away for longer. */
const lastWordMs = 20_000;

/** Who has not asked for so long does not watch. */
const watchedMs = 60_000;

/**
 * Serves /live, /ready and /metrics of this process, with its state, version, memory and event loop.
 * @throws service_address_unusable
 */
export async function openTelemetry(options: TelemetryOptions): Promise<TelemetryHost> {
  const { host, port, clock, named, onFault } = options;
  const metrics = createMetrics(clock);
  const health = createHealth({ clock, ...(onFault === undefined ? {} : { onChange: onFault }) });
  let scrapedMs = Number.NEGATIVE_INFINITY;
  const lastWord = new LastWord(clock);
  const phase = (now: ServicePhase) => {
    health.phase(now);
    for (const state of servicePhases) metrics.set('serviceState', { state }, state === now ? 1 : 0);
    if (now === 'failed' && clock.steadyMs() - scrapedMs <= watchedMs) lastWord.begin();
  };
  metrics.info('build', { version: packageVersion });
  metrics.onScrape(() => {
    metrics.set('serviceReady', {}, health.readiness().ready ? 1 : 0);
    scrapedMs = clock.steadyMs();
    lastWord.heard();
  });
  phase('starting');
  const server = await openHealthServer({
    host,
    port,
    health,
    metrics,
    ...(named === undefined ? {} : { named }),
  });
  const stopMeasuring = measureProcess(metrics, clock);
  return {
    host: server.host,
    port: server.port,
    metrics,
    health,
    phase,
    async close(signal) {
      await lastWord.over(signal);
      stopMeasuring();
      await server.close();
    },
  };
}

/** The time in which somebody can still read that a process has failed. */
class LastWord {
  readonly #clock: Clock;
  #untilMs = Number.NEGATIVE_INFINITY;
  #end = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#untilMs = this.#clock.steadyMs() + lastWordMs;
  }

  heard(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY;
    this.#end();
  }

  async over(signal: AbortSignal | undefined): Promise<void> {
    const leftMs = this.#untilMs - this.#clock.steadyMs();
    if (!(leftMs > 0) || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(leftMs, resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
      signal?.addEventListener('abort', this.#end, { once: true });
    });
  }
}
