import type { Command } from 'commander';
import { systemClock } from '../lib/base/clock.js';
import { RmmError } from '../lib/base/error.js';
import type { Progress } from '../lib/telemetry/progress.js';
import type { RunWatch } from '../services/pipeline/watch.js';

/** Where a run in one process shows its metrics. */
export interface MetricsOptions {
  readonly metricsPort?: string;
  readonly metricsHost?: string;
}

const named = { host: '--metrics-host', port: '--metrics-port' };

export function addMetricsOptions(command: Command): Command {
  return command
    .option(
      `${named.port} <number>`,
      'serve /metrics, /live and /ready while it runs; 0 takes a free port and says which',
    )
    .option(`${named.host} <address>`, 'address for them; on any but 127.0.0.1 others can read them');
}

/** Does `work` with a watch that fills the metrics, where they are asked for. */
export async function withMetrics<Result>(
  options: MetricsOptions,
  around: { readonly outputDirectory: string; readonly progress: Progress; readonly signal: AbortSignal },
  work: (watch: RunWatch | undefined) => Promise<Result>,
): Promise<Result> {
  const address = metricsAddress(options);
  if (address === undefined) return work(undefined);
  const { measured } = await import('../services/pipeline/measured-run.js');
  const { outputDirectory, progress, signal } = around;
  return measured(
    {
      ...address,
      named,
      outputDirectory,
      clock: systemClock,
      signal,
      onOpen: ({ host, port }) =>
        progress.note(`metrics on http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`),
      onWait: () =>
        progress.note(
          'the run has failed; it answers until those who read its metrics have seen that (Ctrl-C ends it now)',
        ),
    },
    work,
  );
}

/** @throws cli_usage: over Kafka every service has metrics of its own */
export function refuseMetrics({ metricsPort, metricsHost }: MetricsOptions): void {
  if (metricsPort === undefined && metricsHost === undefined) return;
  throw new RmmError(
    'cli_usage',
    `${named.port} works with engine.type: embedded only; over Kafka every service serves its own metrics, on service.host and service.port`,
  );
}

function metricsAddress({ metricsPort, metricsHost }: MetricsOptions) {
  if (metricsPort === undefined) {
    if (metricsHost === undefined) return undefined;
    throw new RmmError('cli_usage', `${named.host} needs ${named.port}, for example ${named.port} 0`);
  }
  const port = /^\d{1,5}$/.test(metricsPort) ? Number(metricsPort) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new RmmError(
      'cli_usage',
      `${named.port} ${metricsPort}: expected a port from 0 to 65535; 0 takes a free one`,
    );
  }
  return { host: metricsHost ?? '127.0.0.1', port };
}
