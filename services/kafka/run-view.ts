import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import type { FetchedMessage, KafkaClient, PartitionReader } from '../../lib/kafka/client.js';
import { type Pause, pauses } from './context.js';
import { readProgress } from './progress-records.js';
import { ProgressView } from './progress-view.js';
import { refuseOtherConfiguration } from './same-run.js';
import { RunNames } from './topics.js';

/** A run as a command sees it from outside: its topics, and what its progress says. */
export interface RunView {
  readonly loaded: LoadedConfig;
  readonly client: KafkaClient;
  readonly names: RunNames;
  readonly view: ProgressView;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

/**
 * Looks at a run for as long as `body` takes; all that is on record when it starts is known.
 * @throws run_not_on_record, run_changed where the configuration is not the run's, kafka_topic_missing
 */
export async function withRunView<Result>(
  {
    loaded,
    client,
    signal,
    random,
    clock,
  }: Pick<RunView, 'loaded' | 'client' | 'signal'> & {
    readonly random: () => number;
    readonly clock: Parameters<typeof pauses>[2];
  },
  body: (run: RunView) => Promise<Result>,
): Promise<Result> {
  const { kafka } = loaded.config;
  const names = new RunNames(kafka.prefix);
  const pause = pauses(kafka.retry_max_ms, random, clock);
  const view = new ProgressView({ client, topic: names.topic('progress'), pause });
  const closing = new AbortController();
  // Asked for once before it is followed, which would wait for topics that do not exist.
  await client.admin.offsets(names.topic('progress'));
  const following = view.follow(closing.signal);
  following.catch(() => {});
  try {
    await view.catchUpSettled(signal);
    signal.throwIfAborted();
    const { run } = view.state;
    if (run === undefined) {
      throw new RmmError(
        'run_not_on_record',
        `the topics with the prefix ${kafka.prefix} hold no run; start it with \`rmmstream run CONFIG\``,
        { context: { prefix: kafka.prefix } },
      );
    }
    refuseOtherConfiguration(run, { loaded, names });
    return await body({ loaded, client, names, view, pause, signal });
  } finally {
    closing.abort();
    await following.catch(() => {});
  }
}

/**
 * Whether the topics were deleted, and made again for another run, since the view was opened. What the view knows is then
 * of a run that is gone.
 * @param progress a reader of the topic `progress`
 * @throws kafka_topic_missing while they are not made again
 */
export async function isReplaced(
  { client, names, view }: Pick<RunView, 'client' | 'names' | 'view'>,
  progress: PartitionReader,
): Promise<boolean> {
  const [offsets] = await client.admin.offsets(names.topic('progress'));
  // The run is its first record; before it there may be what was aborted, and what is no record of ours.
  for (let offset = offsets?.first ?? 0; ; ) {
    const { messages, nextOffset } = await progress.fetch({ offset, maxBytes: 1, maxWaitMs: 0 });
    for (const message of messages) {
      const topics = topicsOf(message);
      if (topics !== undefined) return topics !== view.state.run?.topics;
    }
    // Made again, and nothing is on record yet.
    if (nextOffset <= offset) return true;
    offset = nextOffset;
  }
}

/** The id of the topics, where a message puts a run on record. */
function topicsOf(message: FetchedMessage): string | undefined {
  try {
    const record = readProgress(message);
    return record.type === 'run' ? record.topics : undefined;
  } catch (error) {
    if (error instanceof RmmError) return undefined;
    throw error;
  }
}
