import type { FileContext } from '../../pipeline/file-context.js';
import { StageSeconds } from '../../pipeline/stage-seconds.js';
import { momentsMessage } from '../../scaler/moments-message.js';
import type { MomentsOperator, ScalerOperator } from '../../scaler/operator.js';
import { decodeFeatures } from '../../wire/features.js';
import type { WireMessage } from '../../wire/message.js';
import type { SpreadStage } from '../loads.js';
import { handedOn, type MessageChain } from './message-chain.js';
import type { MeasuredSink } from './window-files.js';

/** What went through the stages, and the seconds of one core that each took. */
export interface PassTally {
  readonly entries: number;
  readonly rows: number;
  readonly seconds: Readonly<Record<SpreadStage, number>>;
  /** Of messages, headers included, and of files. */
  readonly bytes: Readonly<Record<MadeBytes, number>>;
}

type MadeBytes = 'events' | 'selected' | 'features' | 'scaled' | 'score_files' | 'feature_files';

export interface PassStages {
  readonly chain: MessageChain;
  readonly moments: MomentsOperator;
  readonly scaler: ScalerOperator;
  readonly scores: MeasuredSink;
  readonly features: MeasuredSink;
  /** Messages of a file: kafka.sink_window_offsets. */
  readonly windowMessages: number;
}

/**
 * Takes every block of the files through all stages as the services do it, from message to message, and times each.
 * @param steadyMs a clock that never goes back
 * @throws what reading and the stages throw; interrupted
 */
export async function passMessages(
  files: readonly FileContext[],
  stages: PassStages,
  { steadyMs, signal }: { readonly steadyMs: () => number; readonly signal: AbortSignal },
): Promise<PassTally> {
  const { chain, moments, scaler, scores, features: featureFiles, windowMessages } = stages;
  const clock = new StageSeconds<SpreadStage>(steadyMs);
  const bytes = { events: 0, selected: 0, features: 0, scaled: 0, score_files: 0, feature_files: 0 };
  let [entries, rows, held] = [0, 0, 0];
  const write = () => {
    if (held === 0) return;
    held = 0;
    bytes.score_files += scores.write();
    clock.lap('scorer');
    bytes.feature_files += featureFiles.write();
    clock.lap('feature_files');
  };
  clock.restart();
  for (const file of files) {
    for await (const events of chain.ingest(file)) {
      signal.throwIfAborted();
      clock.lap('ingest');
      const selected = chain.select(handedOn(events)).message;
      clock.lap('selector');
      const features = chain.featurize(handedOn(selected));
      clock.lap('featurizer');
      takeMoments(features, chain, moments);
      clock.lap('moments');
      const scaled = chain.scale(handedOn(features), scaler);
      clock.lap('scaler');
      rows += await scores.add(handedOn(scaled));
      clock.lap('scorer');
      await featureFiles.add(handedOn(features));
      clock.lap('feature_files');
      for (const [name, message] of Object.entries({ events, selected, features, scaled }))
        bytes[name as MadeBytes] += bytesOf(message);
      held += 1;
      if (held === windowMessages) write();
    }
    entries += file.entries;
  }
  write();
  return { entries, rows, bytes, seconds: secondsOf(clock) };
}

/** As the moments part of the scaler: rows that are not background are looked at and left. */
function takeMoments(features: WireMessage, chain: MessageChain, moments: MomentsOperator): void {
  const { source, record, features: rows, columns } = decodeFeatures(handedOn(features), chain.expected);
  if (source.kind !== 'background') return;
  momentsMessage(source, moments.process(rows, columns, source), record.rowsBySplit);
}

function bytesOf({ key, value, headers }: WireMessage): number {
  return Buffer.byteLength(key + Object.entries(headers).flat().join('')) + value.length;
}

function secondsOf(clock: StageSeconds<SpreadStage>): PassTally['seconds'] {
  return {
    ingest: clock.of('ingest'),
    selector: clock.of('selector'),
    featurizer: clock.of('featurizer'),
    moments: clock.of('moments'),
    feature_files: clock.of('feature_files'),
    scaler: clock.of('scaler'),
    scorer: clock.of('scorer'),
  };
}
