import type { EpochResult } from '../../lib/learning/train-megaset.js';

/** Epochs that follow each other on one megaset, together. */
export function byMegaset(epochs: readonly EpochResult[]): EpochResult[][] {
  const groups: EpochResult[][] = [];
  for (const epoch of epochs) {
    const last = groups.at(-1)?.[0];
    if (last !== undefined && last.pass === epoch.pass && last.megaset === epoch.megaset)
      groups.at(-1)!.push(epoch);
    else groups.push([epoch]);
  }
  return groups;
}
