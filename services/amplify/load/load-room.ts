import { RmmError } from '../../../lib/base/error.js';
import { totalOf } from '../../../lib/flow/partitions/sink-counts.js';
import { blockEntries } from '../../../lib/flow/ranges.js';
import type { ServiceContext } from '../../kafka/context.js';
import type { PlannedFile } from '../../kafka/run-state.js';
import { stages } from '../../kafka/stages.js';
import { deliveredOf } from './delivered.js';
import type { LoadOrder } from './load-order.js';

/** Where a load stands. */
export interface LoadPlace {
  /** Blocks. */
  readonly planned: number;
  readonly delivered: number;
  /** Events that are planned and not in score files yet. */
  readonly waiting: number;
}

/** What bounds how far a plan that grows with its load goes ahead. */
export interface LoadBounds extends Pick<LoadOrder, 'rate' | 'maxWaiting'> {
  readonly partitions: number;
  readonly transactionMessages: number;
}

/**
 * Blocks that may be planned now: two transactions of each partition lie ready, or about two seconds of the rate and
 * a block, so that the load ends soon after its time; and no more events wait for their scores than the order allows.
 */
export function roomFor({ planned, delivered, waiting }: LoadPlace, bounds: LoadBounds): number {
  const { rate, maxWaiting, partitions, transactionMessages } = bounds;
  const most = 2 * partitions * transactionMessages;
  const ahead = rate === undefined ? most : Math.min(most, 1 + Math.ceil((2 * rate) / blockEntries));
  const left = maxWaiting === undefined ? ahead : Math.ceil((maxWaiting - waiting) / blockEntries);
  return Math.min(delivered + ahead - planned, left);
}

/** Looks where a load stands, for its planner. Brokers that do not answer now leave no room. */
export async function loadRoom(context: ServiceContext, order: LoadOrder): Promise<number> {
  if (order.events !== undefined) return Number.POSITIVE_INFINITY;
  const { client, names, loaded, view } = context;
  const { topics, transaction_messages: transactionMessages } = loaded.config.kafka;
  const delivered = (await deliveredOf(client, names))?.blocks ?? 0;
  const scored = order.maxWaiting === undefined ? Number.POSITIVE_INFINITY : await scoredBlocks(context);
  if (scored === undefined) return 0;
  const waiting = eventsBehind(view.state.files, scored);
  const bounds = { ...order, partitions: topics.partitions, transactionMessages };
  return roomFor({ planned: view.state.blocks, delivered, waiting }, bounds);
}

/** Events of a plan behind its first `blocks` blocks. */
export function eventsBehind(
  files: readonly Pick<PlannedFile, 'firstBlock' | 'blocks' | 'entries'>[],
  blocks: number,
): number {
  let events = 0;
  for (let index = files.length - 1; index >= 0; index -= 1) {
    const file = files[index]!;
    if (file.firstBlock + file.blocks <= blocks) break;
    events += file.entries - Math.min(file.entries, Math.max(0, blocks - file.firstBlock) * blockEntries);
  }
  return events;
}

/** Blocks whose scores are in files, by the positions that were committed with them; undefined where brokers do not say now. */
async function scoredBlocks({ client, names }: ServiceContext): Promise<number | undefined> {
  const { role, topic } = stages.scorer;
  try {
    const committed = await client.admin.committed(names.group(role), names.topic(topic));
    return [...committed.values()].reduce((sum, { metadata }) => sum + totalOf(metadata).messages, 0);
  } catch (error) {
    if (error instanceof RmmError && error.spec.retry === true) return undefined;
    throw error;
  }
}
