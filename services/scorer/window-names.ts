import type { SinkWindow } from '../../lib/flow/partitions/sink-options.js';

/**
 * Name of a file that covers a window of offsets, without its ending (decisions.md 15): topic with the id of the
 * run's topics, partition, first offset, and the model where there is one. Names sort by partition and offset.
 */
export function windowName(
  topic: string,
  topicsId: string,
  { partition, firstOffset }: Pick<SinkWindow, 'partition' | 'firstOffset'>,
  model?: string,
): string {
  const place = `p${String(partition).padStart(4, '0')}.${String(firstOffset).padStart(16, '0')}`;
  return [`${topic}-${topicsId}`, place, ...(model === undefined ? [] : [model])].join('.');
}
