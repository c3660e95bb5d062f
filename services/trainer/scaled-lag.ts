import type { PartitionOffsets } from '../../lib/kafka/client.js';
import type { ServiceContext } from '../kafka/context.js';

/** Looks at the ends of `scaled`, and shows how far from them the rows are that generations have taken. */
export async function lookAtScaled(
  { client, names, tools }: ServiceContext,
  taken: readonly number[],
): Promise<readonly PartitionOffsets[]> {
  const ends = await client.admin.offsets(names.topic('scaled'));
  for (const { partition, stable } of ends)
    tools.stage.progress(partition, { position: taken[partition] ?? 0, end: stable });
  return ends;
}

/** Pauses of this many failures are near to kafka.retry_max_ms. */
const pauseAttempt = 8;

/** Does `work` while the lag behind it is shown: what comes meanwhile waits for the next generation. */
export async function whileLagGrows<Result>(
  context: ServiceContext,
  taken: readonly number[],
  work: () => Promise<Result>,
): Promise<Result> {
  const done = new AbortController();
  const { signal } = done;
  const look = async () => {
    while (!signal.aborted) {
      // Brokers that do not answer are no trouble of the work.
      await lookAtScaled(context, taken).catch(() => {});
      if (!signal.aborted) await context.pause(pauseAttempt, signal);
    }
  };
  void look();
  try {
    return await work();
  } finally {
    done.abort();
  }
}
