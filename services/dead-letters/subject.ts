import { type BlockSource, blockKey } from '../../lib/flow/block-source.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { Letter } from '../kafka/letters.js';
import type { PlannedFile } from '../kafka/run-state.js';

/**
 * What a dead letter is about: an entry, a whole block, or nothing of this run. All letters of one kind about the same
 * have the same `key`; a block has that of its first entry.
 */
export type LetterSubject =
  | { readonly kind: 'entry'; readonly key: string; readonly file: PlannedFile; readonly entry: number }
  | {
      readonly kind: 'block';
      readonly key: string;
      readonly file: PlannedFile;
      readonly first: number;
      readonly entries: number;
    }
  | { readonly kind: 'foreign'; readonly key: string };

/** The files of a run by their fingerprints, and the blocks they are cut into. */
export class PlannedBlocks {
  readonly #files = new Map<string, PlannedFile>();

  constructor(files: Iterable<PlannedFile> = []) {
    for (const file of files) this.add(file);
  }

  add(file: PlannedFile): void {
    this.#files.set(file.fingerprint, file);
  }

  fileOf({ fingerprint }: Pick<BlockSource, 'fingerprint'>): PlannedFile | undefined {
    return this.#files.get(fingerprint);
  }

  /** The file of a source that is exactly one of the plan's blocks. */
  blockOf(source: Pick<BlockSource, 'fingerprint' | 'first' | 'entries'>): PlannedFile | undefined {
    const file = this.fileOf(source);
    if (file === undefined || source.first % blockEntries !== 0 || source.first >= file.entries)
      return undefined;
    return source.entries === entriesOfBlock(file, source.first) ? file : undefined;
  }

  /** The file of a source that is one entry that comes again from the dead letters. */
  entryOf({ late, first, entries, fingerprint }: BlockSource): PlannedFile | undefined {
    const file = this.fileOf({ fingerprint });
    if (late?.countedAs === undefined || entries !== 1 || file === undefined) return undefined;
    return first < file.entries ? file : undefined;
  }
}

/** The same for whatever is about the same, and for nothing else. */
export function nameOfSubject({ kind, key }: Pick<LetterSubject, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}

export function entriesOfBlock(file: Pick<PlannedFile, 'entries'>, first: number): number {
  return Math.min(blockEntries, file.entries - first);
}

export function entryKey(fingerprint: string, entry: number): string {
  return blockKey({ fingerprint, first: entry });
}

export function subjectOf(
  { id, row, source }: Pick<Letter, 'id' | 'row' | 'source'>,
  planned: PlannedBlocks,
): LetterSubject {
  const foreign = { kind: 'foreign', key: id } as const;
  if (source === undefined) return foreign;
  const { fingerprint } = source;
  const entryFile = row < 0 ? planned.entryOf(source) : planned.fileOf(source);
  if (entryFile !== undefined) {
    const entry = source.first + Math.max(0, row);
    if (entry >= entryFile.entries) return foreign;
    return { kind: 'entry', key: entryKey(fingerprint, entry), file: entryFile, entry };
  }
  const file = planned.blockOf(source);
  if (row >= 0 || file === undefined) return foreign;
  return { kind: 'block', key: blockKey(source), file, first: source.first, entries: source.entries };
}
