import { largest } from '../../../lib/base/largest.js';
import { type MetricKey, metricList } from '../../../lib/telemetry/metric-list.js';
import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import type { StageTotals } from '../model/stage-state.js';

/** What the processes of a run say of one stage, all together. */
export interface StageSamples {
  readonly totals: Omit<StageTotals, 'lag' | 'copies' | 'known'>;
  /** Dead letters by reason, and errors by code. */
  readonly letters: ReadonlyMap<string, number>;
  readonly errors: ReadonlyMap<string, number>;
  readonly model: string | undefined;
  readonly scaler: string | undefined;
  /** That have ended. */
  readonly epochs: number;
  readonly loss: number | undefined;
  readonly validationLoss: number | undefined;
}

/** Sums over the pages of all processes; undefined where none of them has the stage. */
export function stageSamples(
  pages: readonly (readonly Sample[])[],
  stage: string,
  nowMs: number,
): StageSamples | undefined {
  const own = pages.flat().filter(({ labels }) => labels.get('stage') === stage);
  const of = (key: MetricKey) => own.filter(({ name }) => name === metricList[key].name);
  const sum = (key: MetricKey) => of(key).reduce((total, { value }) => total + value, 0);
  const most = (key: MetricKey) => largest(of(key).map(({ value }) => value));
  if (of('inputBatches').length === 0) return undefined;
  const oldest = most('checkpointAge');
  const by = (key: MetricKey, label: string) => {
    const sums = new Map<string, number>();
    for (const { labels, value } of of(key)) {
      const name = labels.get(label) ?? '';
      sums.set(name, (sums.get(name) ?? 0) + value);
    }
    return sums;
  };
  const version = (key: MetricKey) =>
    of(key)
      .find(({ value }) => value === 1)
      ?.labels.get('version');
  return {
    totals: {
      eventsIn: sum('inputEvents'),
      eventsOut: sum('outputEvents'),
      bytesOut: sum('outputBytes'),
      seconds: sum('busySeconds'),
      batches: sum('inputBatches'),
      errors: sum('errors'),
      rejected: Object.fromEntries(by('rejectedEvents', 'reason')),
      lagSeconds: most('lagSeconds'),
      queueBatches: of('queueBatches').length === 0 ? undefined : sum('queueBatches'),
      queueBytes: of('queueBytes').length === 0 ? undefined : sum('queueBytes'),
      // The oldest of the copies: that one would lose most.
      checkpointMs: oldest === undefined ? undefined : nowMs - 1000 * oldest,
    },
    letters: by('deadLetters', 'reason'),
    errors: by('errors', 'code'),
    model: version('modelInfo'),
    scaler: version('scalerInfo'),
    epochs: sum('trainingEpochs'),
    loss: most('trainingLoss'),
    validationLoss: most('validationLoss'),
  };
}
