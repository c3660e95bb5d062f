import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { type Moments, mergeMoments } from '../../lib/learning/moments.js';
import { type FeatureKind, stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { readTopic } from '../kafka/read-topic.js';
import { driftByKind, featureDrifts } from './drift.js';
import { driftReportOf, readDriftReport, type WindowReport, writeDriftReport } from './drift-report.js';
import { type FrozenScaler, loadFrozen } from './frozen-scaler.js';
import { momentsKeyPrefix, readMoments } from './moments-message.js';

/** Windows and features that the report keeps. */
const mostWindows = 200;
const mostFeatures = 20;

/**
 * Follows the moments that come after the freezing, window by window, and says how far features have moved: as
 * metrics, in drift.json of the output directory, and in the log when a feature begins to drift. A later process
 * goes on behind the last window of drift.json.
 */
export async function watchDrift(
  context: ServiceContext,
  signal: AbortSignal,
  wrote = () => {},
): Promise<void> {
  const { view, loaded, tools, pause, client, names } = context;
  const record = await view.until((state) => state.scaler, signal);
  if (record === undefined) return;
  const frozen = await loadFrozen(context, record, signal);
  const metrics = stageMetrics(tools.metrics, 'scaler', tools.clock);
  const { drift_window_events: windowRows, drift_limit: limit } = loaded.config.continuous;
  const { names: featureNames, columns } = featurizerOf(loaded.config).layout;
  const path = driftReportOf(loaded.outputDirectory);
  const found = readDriftReport(path, record.id);
  const windows = [...(found?.windows ?? [])];
  let offset = Math.max(record.from, found?.next_offset ?? 0);
  let window: Moments | undefined;
  const show = ({ kinds }: WindowReport) => {
    for (const { kind, largestShift, drifting } of kinds)
      metrics.drift(kind as FeatureKind, largestShift, drifting);
  };
  if (windows.length > 0) show(windows.at(-1)!);
  const close = (rows: Moments, nextOffset: number) => {
    const report = reportOf(frozen, rows, limit, featureNames);
    windows.push(report);
    if (windows.length > mostWindows) windows.shift();
    show(report);
    const drifting = report.kinds.reduce((sum, kind) => sum + kind.drifting, 0);
    if (drifting > 0) {
      const { name, shift } = report.features[0]!;
      tools.log.warn('drift', { features: drifting, worst: name, shift }, { key: 'drift' });
    }
    writeDriftReport(path, { scaler: record.id, limit, next_offset: nextOffset, windows });
  };
  const take = (message: FetchedMessage) => {
    if (message.key?.startsWith(momentsKeyPrefix) !== true) return;
    const block = momentsOf(message, columns);
    if (block === undefined) return;
    window = window === undefined ? block : mergeMoments(window, block);
    if (window.rows < windowRows) return;
    close(window, message.offset + 1);
    window = undefined;
  };
  try {
    while (!signal.aborted) {
      offset = await readTopic(client, names.topic('scaler-state'), 0, signal, take, { from: offset });
      wrote();
      await pause(4, signal);
    }
  } finally {
    metrics.driftUnwatched();
  }
}

function momentsOf(message: FetchedMessage, columns: number): Moments | undefined {
  try {
    return readMoments(message, columns).moments;
  } catch (error) {
    // Said where the freezer read it, or when its block is scaled.
    if (error instanceof RmmError && error.domain === 'data') return undefined;
    throw error;
  }
}

function reportOf(
  { scaler, reference }: FrozenScaler,
  window: Moments,
  limit: number,
  names: readonly string[],
): WindowReport {
  const drifts = featureDrifts(scaler, reference, window);
  const most = [...drifts].sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift)).slice(0, mostFeatures);
  return {
    rows: window.rows,
    kinds: driftByKind(scaler, drifts, limit),
    features: most.map(({ column, shift, spread }) => ({
      name: names[column] ?? String(column),
      shift,
      spread,
    })),
  };
}
