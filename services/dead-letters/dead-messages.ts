import type { ServiceContext } from '../kafka/context.js';
import { readLetters } from './read-letters.js';

/** Offsets of messages on a topic that are dead letters, by partition. */
export type DeadMessages = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * Messages that a stage has made dead letters of. A later version, or a raised limit, may well read them; their rows
 * are nobody's all the same: what was mended was sent again, and lies further on.
 */
export async function deadMessagesOf(
  context: Pick<ServiceContext, 'client' | 'names'>,
  topic: string,
  signal: AbortSignal,
): Promise<DeadMessages> {
  const found = new Map<number, Set<number>>();
  const { letters } = await readLetters(context, signal);
  for (const { letter } of letters) {
    if (letter.topic !== topic || letter.row >= 0) continue;
    const offsets = found.get(letter.partition) ?? new Set<number>();
    found.set(letter.partition, offsets.add(letter.offset));
  }
  return found;
}
