import { createHash } from 'node:crypto';
import type { FigureBlock, Section, TableBlock } from '../section.js';

/** Names of figures and tables without folder and ending; also their anchors in the page. */
export type FileNames = ReadonlyMap<FigureBlock | TableBlock, string>;

/**
 * A name for every figure and table: its id, with whatever is awkward in a file name or a link as a hyphen. Ids are made
 * from names of samples, so that two may come out the same (also where letter case does not count): the later one
 * has a number.
 */
export function fileNames(sections: readonly Section[]): FileNames {
  const taken = new Set<string>();
  const names = new Map<FigureBlock | TableBlock, string>();
  for (const block of sections.flatMap(({ blocks }) => blocks)) {
    if (block.kind !== 'figure' && block.kind !== 'table') continue;
    const plain = `${block.kind}/${fileName(block.id)}`;
    let name = plain;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${plain}-${count}`;
    taken.add(name.toLowerCase());
    names.set(block, name.slice(block.kind.length + 1));
  }
  return names;
}

export function fileName(id: string): string {
  const name = id.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return name === '' ? 'unnamed' : name.slice(0, 120);
}

/**
 * A name for the file of a sample: the sample's own, where it is one that a configuration may give, else one that
 * stays in its folder and is no other sample's. run.json may be of somebody else.
 */
export function sampleFileName(sample: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/.test(sample)) return sample;
  return `${fileName(sample)}-${createHash('sha256').update(sample).digest('hex').slice(0, 8)}`;
}
