import { totalOf } from '../../../lib/flow/partitions/sink-counts.js';
import { blockEntries } from '../../../lib/flow/ranges.js';
import type { ServiceContext } from '../../kafka/context.js';
import { stages } from '../../kafka/stages.js';
import { deliveredOf } from './delivered.js';
import type { LoadOrder } from './load-order.js';

/** Where a load stands, in blocks. */
export interface LoadPlace {
  readonly planned: number;
  readonly delivered: number;
  /** Blocks that are in score files. */
  readonly scored: number;
}

/** What bounds how far a plan that grows with its load goes ahead. */
export interface LoadBounds extends Pick<LoadOrder, 'rate' | 'maxWaiting'> {
  readonly partitions: number;
  readonly transactionMessages: number;
}

/**
 * Blocks that may be planned now: two transactions of each partition lie ready, or about a second of the rate; and
 * no more wait for their scores than the order allows.
 */
export function roomFor({ planned, delivered, scored }: LoadPlace, bounds: LoadBounds): number {
  const { rate, maxWaiting, partitions, transactionMessages } = bounds;
  const most = 2 * partitions * transactionMessages;
  const ahead = rate === undefined ? most : Math.min(most, partitions + Math.ceil(rate / blockEntries));
  const waiting = maxWaiting === undefined ? Number.POSITIVE_INFINITY : Math.ceil(maxWaiting / blockEntries);
  return Math.min(delivered + ahead, scored + waiting) - planned;
}

/** Looks where a load stands, for its planner. Brokers that do not answer now leave no room. */
export async function loadRoom(context: ServiceContext, order: LoadOrder): Promise<number> {
  if (order.events !== undefined) return Number.POSITIVE_INFINITY;
  const { client, names, loaded, view } = context;
  const { topics, transaction_messages: transactionMessages } = loaded.config.kafka;
  const delivered = (await deliveredOf(client, names))?.blocks ?? 0;
  const scored = order.maxWaiting === undefined ? 0 : await scoredBlocks(context);
  const bounds = { ...order, partitions: topics.partitions, transactionMessages };
  return roomFor({ planned: view.state.blocks, delivered, scored }, bounds);
}

async function scoredBlocks({ client, names }: ServiceContext): Promise<number> {
  const { role, topic } = stages.scorer;
  const committed = await client.admin.committed(names.group(role), names.topic(topic));
  return [...committed.values()].reduce((sum, { metadata }) => sum + totalOf(metadata).messages, 0);
}
