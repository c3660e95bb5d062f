import type { Clock } from '../../lib/base/clock.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { RunView } from '../kafka/run-view.js';
import { lookAtKafka, type TopicLook } from './kafka-look.js';
import { type KafkaVerdict, kafkaVerdict } from './kafka-verdict.js';

/** What `rmmstream status` says of a run over Kafka. */
export interface KafkaStatus extends KafkaVerdict {
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
 * Looks at a run, and again after a while where it is not finished: what stands still shows only then.
 * @param overSeconds the while; 0 for one look
 */
export async function kafkaStatus(
  run: RunView,
  overSeconds: number,
  clock: Pick<Clock, 'steadyMs' | 'after'>,
): Promise<KafkaStatus> {
  const { state } = run.view;
  const first = await lookAtKafka(run, clock.steadyMs());
  const isOnce = state.isFinished || overSeconds <= 0;
  if (!isOnce) await sleep(overSeconds * 1000, run.signal, clock);
  const now = isOnce ? first : await lookAtKafka(run, clock.steadyMs());
  const { scaler, models, files, planned } = state;
  const model = models.at(-1);
  return {
    engine: 'kafka',
    ...kafkaVerdict(state, now, isOnce ? undefined : first),
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
