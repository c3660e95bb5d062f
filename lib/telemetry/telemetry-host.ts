import type { Clock } from '../base/clock.js';
import { packageVersion } from '../base/package-root.js';
import { createHealth, type Health, type HealthOptions } from './health.js';
import { openHealthServer } from './health-server.js';
import type { AddressNames } from './http-listen.js';
import { LastWord } from './last-word.js';
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
   * A process that has failed first answers until those who read its metrics again and again have read that, or are
   * overdue: a minute and a half at most.
   * @param signal ends this waiting
   * @param onWait hears that it begins
   */
  close(signal?: AbortSignal, onWait?: () => void): Promise<void>;
}

/**
 * Serves /live, /ready and /metrics of this process, with its state, version, memory and event loop.
 * @throws service_address_unusable
 */
export async function openTelemetry(options: TelemetryOptions): Promise<TelemetryHost> {
  const { host, port, clock, named, onFault } = options;
  const metrics = createMetrics(clock);
  const health = createHealth({ clock, ...(onFault === undefined ? {} : { onChange: onFault }) });
  const lastWord = new LastWord(clock);
  const phase = (now: ServicePhase) => {
    health.phase(now);
    for (const state of servicePhases) metrics.set('serviceState', { state }, state === now ? 1 : 0);
    if (now === 'failed') lastWord.begin();
  };
  metrics.info('build', { version: packageVersion });
  metrics.onScrape(() => metrics.set('serviceReady', {}, health.readiness().ready ? 1 : 0));
  phase('starting');
  const server = await openHealthServer({
    host,
    port,
    health,
    metrics,
    onRead: (reader) => lastWord.read(reader),
    ...(named === undefined ? {} : { named }),
  });
  const stopMeasuring = measureProcess(metrics, clock);
  return {
    host: server.host,
    port: server.port,
    metrics,
    health,
    phase,
    async close(signal, onWait) {
      await lastWord.over(signal, onWait);
      stopMeasuring();
      await server.close();
    },
  };
}
