import type { PartitionFeed } from '../../lib/flow/partitions/partition-feed.js';
import type { Fetched, FetchedMessage } from '../../lib/kafka/client.js';
import type { ProgressView } from '../kafka/progress-view.js';
import { fileOfBlock, type RunState } from '../kafka/run-state.js';

/*
 * What ingest "reads": the blocks of the plan. Block b goes to partition b mod N, so a partition's position is one
 * number, the count k of its blocks that are done; its next block is k N + partition.
 */

/** Blocks of a partition among the first `blocks` blocks of all. */
export function blocksOfPartition(blocks: number, partition: number, partitions: number): number {
  return Math.max(0, Math.ceil((blocks - partition) / partitions));
}

export function blockAt(position: number, partition: number, partitions: number): number {
  return position * partitions + partition;
}

/** How many blocks a partition will have, once the plan is complete. */
export function endOfPlan(state: RunState, partition: number): number | undefined {
  return state.planned === undefined
    ? undefined
    : blocksOfPartition(state.planned.blocks, partition, state.partitions);
}

const atATime = 16;

/** The plan of a partition as a feed: empty "messages" whose offsets are positions in it, as old as the plan of their file. */
export function planFeed(
  view: Pick<ProgressView, 'state' | 'changed'>,
  partition: number,
  offset: number,
  options: { readonly maxWaitMs: number; readonly signal: AbortSignal },
): PartitionFeed {
  const plannedMs = (position: number) =>
    fileOfBlock(view.state.files, blockAt(position, partition, view.state.partitions))?.plannedMs ?? 0;
  return {
    isPlan: true,
    async next(): Promise<Fetched> {
      const known = () => blocksOfPartition(view.state.blocks, partition, view.state.partitions);
      if (known() <= offset) await view.changed(options.signal, options.maxWaitMs);
      const endOffset = known();
      const to = Math.min(endOffset, offset + atATime);
      const messages: FetchedMessage[] = [];
      for (let position = offset; position < to; position += 1)
        messages.push({
          offset: position,
          timestampMs: plannedMs(position),
          key: null,
          value: null,
          headers: noHeaders,
        });
      offset = Math.max(offset, to);
      return { messages, nextOffset: offset, endOffset };
    },
    async close() {},
  };
}

const noHeaders: ReadonlyMap<string, string> = new Map();
