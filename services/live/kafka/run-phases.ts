import type { RunState } from '../../kafka/run-state.js';
import type { LiveModel } from '../model/live-model.js';
import type { BrokerFacts } from './kafka-look.js';

/** Lines of the progress of a run over Kafka: its stages, in order, with the training among them. */
const lines = [
  { name: 'ingest', stage: 'ingest', ending: 'events' },
  { name: 'selector', stage: 'selector', ending: 'selected' },
  { name: 'featurizer', stage: 'featurizer', ending: 'features' },
  { name: 'scaler', stage: 'scaler', ending: 'scaled' },
  { name: 'train', stage: 'trainer', ending: undefined },
  { name: 'scorer', stage: 'scorer', ending: 'scores' },
] as const;

export const kafkaPhases: readonly string[] = lines.map(({ name }) => name);

/** Says how far a run is, from its record and the positions of its stages. */
export function tellPhases(
  model: LiveModel,
  state: RunState,
  facts: ReadonlyMap<string, BrokerFacts> | undefined,
): void {
  const planned = state.files.reduce((sum, { entries }) => sum + entries, 0);
  const selected = facts?.get('selector')?.eventsOut ?? 0;
  for (const { name, stage, ending } of lines) {
    const isDone =
      ending === undefined ? state.models.some(({ final }) => final) : state.allEnds(ending) !== undefined;
    const found = facts?.get(stage);
    // The selector is measured by what it takes in: behind it there are fewer.
    const isBefore = stage === 'ingest' || stage === 'selector';
    const done = stage === 'trainer' ? 0 : ((isBefore ? found?.eventsIn : found?.eventsOut) ?? 0);
    const total = stage === 'trainer' ? 0 : isBefore ? planned : selected;
    const isBegun = done > 0 || (stage === 'trainer' && state.scaler !== undefined);
    model.phase(name, isDone ? 'done' : isBegun ? 'running' : 'planned', { done, total });
  }
}
