import type { RunState } from '../../kafka/run-state.js';
import type { StageEvents } from '../../kafka/stage-positions.js';
import type { LiveModel } from '../model/live-model.js';

/** Lines of the progress of a run over Kafka: its stages, in order, with the training among them. */
const lines = [
  { name: 'ingest', stage: 'ingest', ending: 'events' },
  { name: 'selector', stage: 'selector', ending: 'selected' },
  { name: 'featurizer', stage: 'featurizer', ending: 'features' },
  { name: 'scaler', stage: 'scaler', ending: 'scaled' },
  { name: 'train', stage: 'trainer', ending: undefined },
  { name: 'scorer', stage: 'scorer', ending: 'scores' },
] as const;

type Line = (typeof lines)[number];

export const kafkaPhases: readonly string[] = lines.map(({ name }) => name);

/** Says how far a run is, from its record and the positions of its stages, as they were known last. */
export function tellPhases(model: LiveModel, state: RunState, whole: ReadonlyMap<string, StageEvents>): void {
  const planned = state.files.reduce((sum, { entries }) => sum + entries, 0);
  const { eventsIn: judged, eventsOut: selected } = whole.get('selector') ?? { eventsIn: 0, eventsOut: 0 };
  // Until the selector is done nobody knows how many events are left behind it. Blocks that could not be read never come.
  const isKnown = judged >= planned || state.allEnds('selected') !== undefined;
  const expected = isKnown || judged === 0 ? selected : Math.round((selected / judged) * planned);
  for (const line of lines) {
    const { name, stage } = line;
    const found = whole.get(stage);
    const phase = isDone(line, state) ? 'done' : isDue(line, state) ? 'running' : 'planned';
    // The selector is measured by what it takes in: behind it there are fewer.
    const isBefore = stage === 'ingest' || stage === 'selector';
    const done = (isBefore ? found?.eventsIn : found?.eventsOut) ?? 0;
    // What is done was all that there was, the unreadable left out.
    const total = stage === 'trainer' ? 0 : phase === 'done' ? done : isBefore ? planned : expected;
    const isEstimate = total > 0 && phase !== 'done' && !isBefore && !isKnown;
    model.phase(name, phase, { done, total, isEstimate });
  }
}

function isDone({ ending }: Line, state: RunState): boolean {
  return ending === undefined ? state.models.some(({ final }) => final) : state.allEnds(ending) !== undefined;
}

/** Whether there is what a stage cannot work without: until then messages wait for it, and that is as it should be. */
function isDue({ stage }: Line, { run, scaler, models, generations }: RunState): boolean {
  switch (stage) {
    case 'scaler':
      return scaler !== undefined;
    case 'trainer':
      // Without an end of the input there is something to train whenever a generation is closed.
      return run?.mode === 'continuous' ? generations.count > models.length : scaler !== undefined;
    case 'scorer':
      return models.length > 0;
    default:
      return true;
  }
}
