import { createHash } from 'node:crypto';

/**
 * Copies of the events of one input file that a load run treats as a file: entry e is entry e mod n of its parent (n
 * entries long) in copy number `firstCopy` + floor(e / n).
 */
export interface CopiedFile {
  /** Place of the parent among the parents. */
  readonly parent: number;
  readonly firstCopy: number;
  readonly copies: number;
  readonly entries: number;
}

const begin = 'amplified:';
const form = /^amplified:seed=(\d+),copies=(\d+)-(\d+):(.+)$/s;

/** Whether a file of a run is made of amplified copies: load, not physics. */
export function isCopied(name: string): boolean {
  return name.startsWith(begin);
}

/** What such a file is called in every header, ledger and score row: seed, copies, and the file that it is made from. */
export function copiedName(seed: number, { firstCopy, copies }: CopiedFile, parent: string): string {
  return `${begin}seed=${seed},copies=${firstCopy}-${firstCopy + copies - 1}:${parent}`;
}

/** The number of the first copy in a file of that name; undefined for any other name. */
export function firstCopyOf(name: string): number | undefined {
  const found = form.exec(name);
  return found === null ? undefined : Number(found[2]);
}

/** Fingerprint of such a file: other parents, seeds or copies have another one. */
export function copiedFingerprint(
  seed: number,
  { firstCopy, copies, entries }: CopiedFile,
  parent: string,
): string {
  return createHash('sha256')
    .update(`amplified\n${seed}\n${firstCopy}\n${copies}\n${entries}\n${parent}`)
    .digest('hex');
}
