import type { EpochResult } from '../../lib/learning/train-megaset.js';
import type { EpochPlace } from './train.js';

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

/** Where an epoch stands in a training, counted from 1. */
export function describePlace({ pass, megaset, epoch }: EpochPlace): string {
  return `epoch ${epoch + 1} of megaset ${megaset + 1} in pass ${pass + 1}`;
}
