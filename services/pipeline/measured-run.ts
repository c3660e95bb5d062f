import type { Clock } from '../../lib/base/clock.js';
import { measureDisk } from '../../lib/telemetry/disk-metrics.js';
import { openTelemetry, type TelemetryOptions } from '../../lib/telemetry/telemetry-host.js';
import { metricsWatch } from './metrics-watch.js';
import { RunAddresses } from './run-addresses.js';
import { joinWatches, type RunWatch } from './watch.js';

export interface MeasuredOptions extends Pick<TelemetryOptions, 'host' | 'port' | 'named'> {
  /** Its disk is watched. */
  readonly outputDirectory: string;
  readonly clock: Clock;
  /** Aborted when the run is asked to end. */
  readonly signal: AbortSignal;
  /** Hears where the metrics are. */
  readonly onOpen: (address: { readonly host: string; readonly port: number }) => void;
  /** Hears that a run that has failed waits for those who read its metrics. */
  readonly onWait: () => void;
}

/**
 * Does a run while /live, /ready and /metrics answer for it; where, its output directory says meanwhile.
 * @param body the run, which tells the watch
 * @throws service_address_unusable, and what the run throws
 */
export async function measured<Result>(
  options: MeasuredOptions,
  body: (watch: RunWatch) => Promise<Result>,
): Promise<Result> {
  const { clock, signal, outputDirectory, onOpen, onWait } = options;
  const telemetry = await openTelemetry(options);
  let addresses: RunAddresses | undefined;
  const opened = (directory: string) => {
    addresses = new RunAddresses(directory);
    addresses.add('run', telemetry);
  };
  const drain = () => telemetry.phase('draining');
  signal.addEventListener('abort', drain);
  try {
    measureDisk(telemetry.metrics, outputDirectory, clock);
    onOpen(telemetry);
    telemetry.phase(signal.aborted ? 'draining' : 'running');
    const result = await body(joinWatches([metricsWatch(telemetry.metrics, clock), { opened }]));
    telemetry.phase('stopped');
    return result;
  } catch (error) {
    // What a run that was asked to end throws is no failure.
    telemetry.phase(signal.aborted ? 'stopped' : 'failed');
    throw error;
  } finally {
    signal.removeEventListener('abort', drain);
    addresses?.remove();
    await telemetry.close(signal, onWait);
  }
}
