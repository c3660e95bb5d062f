import type { BatchSource } from '../../lib/columnar/arrow/batch.js';
import type { BlockSource } from '../../lib/flow/block-source.js';

/** The source of a block as its batch says it. */
export function batchSource({ sample, kind, file, fingerprint, first, entries }: BlockSource): BatchSource {
  return { file, firstEntry: first, entries, facts: { sample, kind, fingerprint } };
}
