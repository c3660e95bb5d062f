import type { PresentBranch } from '../lib/config/index.js';

/** A branch as `inspect` shows it and `validate` compares it with the profile. */
export interface InspectedBranch extends PresentBranch {
  /** C++ type in the words of uproot. */
  readonly typeName: string;
  readonly codec: string;
  readonly baskets: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
}

export interface InspectedTree {
  readonly name: string;
  readonly cycle: number;
  readonly title: string;
  readonly entries: number;
  readonly branches: readonly InspectedBranch[];
}

export interface InspectedFile {
  readonly path: string;
  readonly size: number;
  readonly uuid: string;
  readonly trees: readonly InspectedTree[];
}

/** Reads what a file says of itself, not its events. Throws RmmError when it is no readable ROOT file. */
export type InspectFile = (path: string) => Promise<InspectedFile>;
