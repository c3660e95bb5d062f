import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { type Moments, mergeMoments } from '../../lib/learning/moments.js';
import { type FeatureKind, stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { readTopic } from '../kafka/read-topic.js';
import { driftByKind, featureDrifts, type KindDrift } from './drift.js';
import { type FrozenScaler, loadFrozen } from './frozen-scaler.js';
import { momentsKeyPrefix, readMoments } from './moments-message.js';

/** What drift.json says of a window. */
interface WindowReport {
  /** Training rows of the window. */
  readonly rows: number;
  readonly kinds: readonly KindDrift[];
  /** The features that have moved most, by name. */
  readonly features: readonly { readonly name: string; readonly shift: number; readonly spread: number }[];
}

/** Windows and features that the report keeps. */
const mostWindows = 200;
const mostFeatures = 20;

/**
 * Follows the moments that come after the freezing, window by window, and says how far features have moved: as
 * metrics, in drift.json of the output directory, and in the log when a feature begins to drift.
 * @param from offset of scaler-state behind what the scaler was made from
 */
export async function watchDrift(context: ServiceContext, from: number, signal: AbortSignal): Promise<void> {
  const { view, loaded, tools, pause, client, names } = context;
  const record = await view.until((state) => state.scaler, signal);
  if (record === undefined) return;
  const frozen = await loadFrozen(context, record, signal);
  const metrics = stageMetrics(tools.metrics, 'scaler', tools.clock);
  const { drift_window_events: windowRows, drift_limit: limit } = loaded.config.continuous;
  const { names: featureNames } = featurizerOf(loaded.config).layout;
  const reports: WindowReport[] = [];
  let window: Moments | undefined;
  let offset = from;
  const close = (rows: Moments) => {
    const report = reportOf(frozen, rows, limit, featureNames);
    reports.push(report);
    if (reports.length > mostWindows) reports.shift();
    for (const { kind, largestShift, drifting } of report.kinds)
      metrics.drift(kind as FeatureKind, largestShift, drifting);
    const drifting = report.kinds.reduce((sum, kind) => sum + kind.drifting, 0);
    if (drifting > 0) {
      const worst = report.features[0]!;
      tools.log.warn(
        'drift',
        { features: drifting, worst: worst.name, shift: worst.shift },
        { key: 'drift' },
      );
    }
    const path = join(loaded.outputDirectory, 'drift.json');
    writeFileAtomic(
      path,
      `${JSON.stringify({ scaler: frozen.scaler.id, limit, windows: reports }, null, 1)}\n`,
    );
  };
  while (!signal.aborted) {
    offset = await readTopic(
      client,
      names.topic('scaler-state'),
      0,
      signal,
      (message) => {
        if (message.key?.startsWith(momentsKeyPrefix) !== true) return;
        const block = momentsOf(message);
        if (block === undefined) return;
        window = window === undefined ? block : mergeMoments(window, block);
        if (window.rows < windowRows) return;
        close(window);
        window = undefined;
      },
      { from: offset },
    );
    await pause(4, signal);
  }
}

function momentsOf(message: Parameters<typeof readMoments>[0]): Moments | undefined {
  try {
    return readMoments(message).moments;
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
