import { sweepTemporaryFiles } from '../../lib/base/temporary-files.js';
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
  const window = partitionPrefix(topic, topicsId, partition) + String(firstOffset).padStart(16, '0');
  return model === undefined ? window : `${window}.${model}`;
}

/** What the names of all windows of a partition begin with, and no other names. */
function partitionPrefix(topic: string, topicsId: string, partition: number): string {
  return `${topic}-${topicsId}.p${String(partition).padStart(4, '0')}.`;
}

/**
 * Removes windows of a partition that earlier owners, who are fenced by now, have prepared and not published.
 * @throws io_failed
 */
export function sweepWindows(
  folders: readonly string[],
  topic: string,
  topicsId: string,
  partition: number,
): void {
  const prefix = partitionPrefix(topic, topicsId, partition);
  for (const folder of folders) sweepTemporaryFiles(folder, (name) => name.startsWith(prefix));
}
