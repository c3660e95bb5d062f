import type { Ending } from '../kafka/progress-records.js';
import type { RunState } from '../kafka/run-state.js';
import type { RangeRecord } from '../pipeline/records.js';

/** Stages as run.json names them, and the output whose end is theirs. */
const ends: readonly (readonly [string, Ending | 'model'])[] = [
  ['ingest', 'events'],
  ['selector', 'selected'],
  ['featurizer', 'features'],
  ['scaler', 'scaled'],
  ['train', 'model'],
  ['score', 'scores'],
];

/**
 * The `timing` of run.json: for each stage the seconds from the start of the run to its end, waiting included,
 * since stages run beside each other.
 */
export function runTiming(state: RunState, records: readonly RangeRecord[], nowMs: number) {
  const startedMs = state.times.get('run') ?? nowMs;
  const read = records.reduce((sum, { entries }) => sum + entries, 0);
  const selected = records.reduce((sum, { rows }) => sum + rows, 0);
  const stages = ends.map(([name, end]) => {
    const seconds = Math.max(0, ((state.times.get(end) ?? nowMs) - startedMs) / 1000);
    const events = name === 'ingest' || name === 'selector' ? read : selected;
    return [name, { seconds, events, events_per_second: seconds > 0 ? events / seconds : 0 }] as const;
  });
  return { seconds: Math.max(0, (nowMs - startedMs) / 1000), stages: Object.fromEntries(stages) };
}
