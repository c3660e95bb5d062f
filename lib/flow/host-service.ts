import type { Clock } from '../base/clock.js';
import type { ErrorCode } from '../base/codes/index.js';
import { RmmError } from '../base/error.js';
import { packageVersion } from '../base/package-root.js';
import { announce } from '../telemetry/channels.js';
import type { Health } from '../telemetry/health.js';
import { errorFields, type Log } from '../telemetry/log.js';
import type { Stage } from '../telemetry/metric-list.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type StageMetrics, stageMetrics } from '../telemetry/stage-metrics.js';
import { openTelemetry } from '../telemetry/telemetry-host.js';
import { tellError } from '../telemetry/tell-error.js';
import { type LifecycleEnd, runLifecycle, type ServiceWork } from './lifecycle.js';

/** What a service works with. */
export interface ServiceTools {
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
  /** The metrics of the service's own stage. */
  readonly stage: StageMetrics;
  /** An error of the service that is of none of its partitions, and is tried again. */
  readonly error: (code: ErrorCode) => void;
  readonly clock: Clock;
}

export interface HostOptions {
  readonly service: Stage;
  /** service.host and service.port; port 0 takes a free one, which the log names. */
  readonly host: string;
  readonly port: number;
  /** service.drain_timeout_ms */
  readonly drainTimeoutMs: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly onSignal: (listener: () => void) => () => void;
  /** Makes the service; opens nothing yet. */
  readonly make: (tools: ServiceTools) => ServiceWork;
}

/**
 * Runs a service from start to end with what all of them have in common: /live, /ready and /metrics, a line of the
 * log for each state and fault, signals. Closes the log.
 *
 * @throws service_address_unusable; everything later is in the result
 */
export async function hostService(options: HostOptions): Promise<LifecycleEnd> {
  const { service, host, port, drainTimeoutMs, log, clock, onSignal } = options;
  const telemetry = await openTelemetry({
    host,
    port,
    clock,
    onFault: ({ key, text, sinceMs }, there) => {
      // One key for both, so that a fault that comes and goes is told rarely, and its last state always.
      const limited = { key: `fault:${key}` };
      const seconds = (clock.wallMs() - sinceMs) / 1000;
      if (there) log.warn('fault', { fault: key, reason: text }, limited);
      else log.info('fault_over', { fault: key, reason: text, seconds }, limited);
    },
  });
  const { metrics, health } = telemetry;
  try {
    log.info('starting', { version: packageVersion, host: telemetry.host, port: telemetry.port });
    const stage = stageMetrics(metrics, service, clock);
    const error = (code: ErrorCode) => tellError(stage, service, code);
    const work = options.make({ log, health, metrics, stage, error, clock });
    return await runLifecycle(work, {
      drainTimeoutMs,
      clock,
      onSignal,
      onPhase(phase, failure) {
        telemetry.phase(phase);
        if (phase === 'failed') error(failure instanceof RmmError ? failure.code : 'internal');
        announce('rmmstream:service', () => ({ service, state: phase }));
        if (phase === 'failed') log.error('failed', errorFields(failure));
        else if (phase !== 'starting') log.info(phase);
      },
    });
  } finally {
    const signalled = new AbortController();
    const stopSignals = onSignal(() => signalled.abort());
    await telemetry.close(signalled.signal);
    stopSignals();
    log.close();
  }
}
