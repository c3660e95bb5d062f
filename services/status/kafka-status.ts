import type { Clock } from '../../lib/base/clock.js';
import type { Config } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { RunView } from '../kafka/run-view.js';
import { lookAtKafka, type TopicLook } from './kafka-look.js';
import { type KafkaVerdict, kafkaVerdict } from './kafka-verdict.js';

/** What `rmmstream status` says of a run over Kafka. */
export interface KafkaStatus extends Omit<KafkaVerdict, 'isOpen'> {
  readonly engine: 'kafka';
  readonly prefix: string;
  readonly mode: 'bounded' | 'continuous';
  readonly files: { readonly known: number; readonly entries: number; readonly isComplete: boolean };
  readonly scaler: { readonly id: string; readonly frozenMs: number } | undefined;
  /** The newest model, and how many there were. */
  readonly model:
    | {
        readonly id: string;
        readonly generation: number;
        readonly publishedMs: number;
        readonly number: number;
      }
    | undefined;
  readonly topics: readonly TopicLook[];
  /** Seconds between the two looks; 0 where one was enough. */
  readonly overSeconds: number;
}

/**
 * How long the position of a stage that writes files may stand still while it works: until its window is full, which in
 * a run without end is not waited for. A copy that gets nowhere for as long counts as stalled to itself as well.
 */
export function sinkPatienceSeconds({
  input,
  engine,
  continuous,
}: Pick<Config, 'input' | 'engine' | 'continuous'>): number {
  const intervalMs = input.mode === 'continuous' ? continuous.write_interval_ms : 0;
  return (engine.stall_timeout_ms + intervalMs) / 1000;
}

export interface KafkaStatusOptions {
  /** Between two looks; 0 for a single one. */
  readonly overSeconds: number;
  readonly clock: Pick<Clock, 'steadyMs' | 'after'>;
  /** Hears that two looks were not enough, and for how many seconds it goes on to look. */
  readonly onDoubt: (seconds: number) => void;
}

/**
 * Looks at a run, and again after a while where it is not finished: what stands still shows only then. Where files
 * alone seem to stand still it looks on, until they move or have had the time that they may take.
 */
export async function kafkaStatus(
  run: RunView,
  { overSeconds, clock, onDoubt }: KafkaStatusOptions,
): Promise<KafkaStatus> {
  const { state } = run.view;
  const patience = sinkPatienceSeconds(run.loaded.config);
  const first = await lookAtKafka(run, clock.steadyMs());
  const isOnce = state.isFinished || overSeconds <= 0;
  let now = first;
  let verdict = kafkaVerdict(state, now);
  for (let looks = 2; !isOnce && (looks === 2 || verdict.isOpen); looks += 1) {
    if (looks === 3) onDoubt(patience);
    await sleep(overSeconds * 1000, run.signal, clock);
    now = await lookAtKafka(run, clock.steadyMs());
    verdict = kafkaVerdict(state, now, first, patience);
  }
  const { scaler, models, files, planned } = state;
  const model = models.at(-1);
  return {
    engine: 'kafka',
    ...verdict,
    prefix: run.names.prefix,
    mode: state.run!.mode,
    files: {
      known: files.length,
      entries: files.reduce((sum, { entries }) => sum + entries, 0),
      isComplete: planned !== undefined,
    },
    scaler: scaler === undefined ? undefined : { id: scaler.id, frozenMs: scaler.frozen_ms },
    model:
      model === undefined
        ? undefined
        : {
            id: model.id,
            generation: model.generation,
            publishedMs: model.published_ms,
            number: models.length,
          },
    topics: now.topics,
    overSeconds: isOnce ? 0 : (now.atMs - first.atMs) / 1000,
  };
}
