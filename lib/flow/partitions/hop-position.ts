import { invariant, RmmError } from '../../base/error.js';
import type { CommittedOffset, KafkaAdmin, PartitionReader } from '../../kafka/client.js';

/** How far a hop came in one partition: committed as one with its output. */
export interface HopPosition {
  /** Offset of the next message to read. */
  readonly input: number;
  /** Offset behind the last message that was written to the output partition. */
  readonly output: number;
  /** Messages read, and written to the output, since the beginning. */
  readonly read: number;
  readonly written: number;
  /** Events in and out, for people: progress lines and lag. */
  readonly eventsIn: number;
  readonly eventsOut: number;
}

export const startPosition: HopPosition = {
  input: 0,
  output: 0,
  read: 0,
  written: 0,
  eventsIn: 0,
  eventsOut: 0,
};

/** What a committed offset carries beside itself; short, since brokers limit it to 4 KB. */
export function positionMetadata({ output, read, written, eventsIn, eventsOut }: HopPosition): string {
  return JSON.stringify([output, read, written, eventsIn, eventsOut]);
}

/** The position of a committed offset; metadata that are not ours count as none. */
export function positionOf({ offset, metadata }: CommittedOffset): HopPosition {
  let numbers: unknown;
  try {
    numbers = JSON.parse(metadata);
  } catch {
    numbers = undefined;
  }
  const fits =
    Array.isArray(numbers) &&
    numbers.length === 5 &&
    numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!fits) return { ...startPosition, input: offset };
  const [output, read, written, eventsIn, eventsOut] = numbers as [number, number, number, number, number];
  return { input: offset, output, read, written, eventsIn, eventsOut };
}

/** Headers that let a position be found again from the output alone. */
export const inputOffsetHeader = 'in';
export const positionHeader = 'at';

/** How far back the last message of an output is looked for: behind it lie only control records and foreign messages. */
const lookBack = 1_000;

/**
 * The position of a hop whose group has none. Brokers forget positions of a group that nobody used for a week;
 * beginning again would double everything, so the last message of the output says where it was.
 * @param output reader of the partition that the hop writes
 * @throws kafka_data_lost where something was written, and none of what is left of the last of it is from this hop
 */
export async function recoverPosition(
  admin: KafkaAdmin,
  output: PartitionReader,
  fetchBytes: number,
  signal: AbortSignal,
): Promise<HopPosition> {
  const found = (await admin.offsets(output.topic)).find(({ partition }) => partition === output.partition);
  invariant(found !== undefined, `${output.topic} has lost partition ${output.partition}`);
  const { first, end } = found;
  for (let step = 64; end > first; step *= 4) {
    const from = Math.max(first, end - step);
    const position = await lastPosition(output, { from, end }, fetchBytes, signal);
    if (position !== undefined) return position;
    if (from === first) break;
    if (step > lookBack) throw lost(output, `none of its last ${step} messages is of this stage`);
  }
  // What retention has deleted was the hop's, whatever is left.
  if (first > 0)
    throw lost(output, `offsets 0 to ${first} were deleted, and nothing behind them is of this stage`);
  return startPosition;
}

function lost({ topic, partition }: PartitionReader, why: string): RmmError {
  return new RmmError(
    'kafka_data_lost',
    `the group's position is gone, and partition ${partition} of ${topic}, the last message of which should say where the stage was, does not: ${why}. Going on would write everything twice; start over with another kafka.prefix and a longer kafka.topics.retention_hours (0 keeps everything)`,
    { context: { topic, partition } },
  );
}

async function lastPosition(
  output: PartitionReader,
  { from, end }: { readonly from: number; readonly end: number },
  maxBytes: number,
  signal: AbortSignal,
): Promise<HopPosition | undefined> {
  let last: HopPosition | undefined;
  for (let offset = from; offset < end; ) {
    signal.throwIfAborted();
    // Where somebody else's transaction is still open, its end is waited for: our last message may lie behind it.
    const { messages, nextOffset } = await output.fetch({ offset, maxBytes, maxWaitMs: 100 });
    for (const { offset: at, headers } of messages) {
      const input = Number(headers.get(inputOffsetHeader) ?? Number.NaN);
      if (!Number.isSafeInteger(input)) continue;
      const metadata = headers.get(positionHeader) ?? '';
      // The header was written before the message had its own offset.
      last = { ...positionOf({ offset: input + 1, metadata }), output: at + 1 };
    }
    offset = nextOffset;
  }
  return last;
}
