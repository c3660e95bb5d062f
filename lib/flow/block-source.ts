/** What the events of a sample are; `input` where files are scored without a configuration. */
export type SourceKind = 'background' | 'signal' | 'data' | 'input';

/** Which entries of which file a block holds: travels with it through every stage. */
export interface BlockSource {
  readonly sample: string;
  readonly kind: SourceKind;
  /** As outputs name it. */
  readonly file: string;
  readonly fingerprint: string;
  readonly first: number;
  readonly entries: number;
  /** Set where the block comes again from the dead letters, after the scaler was frozen (decisions.md 21). */
  readonly late?: LateMark;
}

export interface LateMark {
  /** Reason under which cut flows already count its events; absent where no cut flow has seen them. */
  readonly countedAs?: string;
}

/** Entries that a block adds to those read before: none where its events were counted when they became dead letters. */
export function newEntries({ entries, late }: BlockSource): number {
  return late?.countedAs === undefined ? entries : 0;
}

/** The key of a block: the same for a block wherever it travels. */
export function blockKey({ fingerprint, first }: Pick<BlockSource, 'fingerprint' | 'first'>): string {
  return `${fingerprint}:${first}`;
}
