import { join } from 'node:path';
import { type Config, scoreColumnNames } from '../../lib/config/index.js';
import { rangeName } from '../pipeline/layout.js';
import { type Collected, collect, readScores, type ScoredPart } from '../pipeline/scored-parts.js';
import type { ListedBlock } from './block-list.js';

/** A block with the score file that holds its rows. */
export interface PlacedBlock extends ListedBlock {
  /** Name of the file, without its ending. */
  readonly file: string;
}

/**
 * The blocks of all score files in the order in which the embedded engine puts results together: by sample, file and
 * first entry; a block that came late stands behind those that came in time.
 */
export function inBlockOrder(lists: ReadonlyMap<string, readonly ListedBlock[]>): PlacedBlock[] {
  const placed = [...lists].flatMap(([file, blocks]) => blocks.map((block) => ({ ...block, file })));
  const keyed = placed.map((block) => ({ key: orderKey(block), block }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ block }) => block);
}

function orderKey({ source }: ListedBlock): string {
  const name = rangeName(source.sample, source.fingerprint, source.first);
  return source.late === undefined ? `0 ${name}` : `1 ${name}`;
}

/**
 * The scored rows of each block, for the evaluation. Every file is read once; what figures need of it (test
 * background and signals) is held until then.
 * @param blocks in their order
 */
export async function scoredParts(
  blocks: readonly PlacedBlock[],
  scoreFolder: string,
  config: Config,
  signal: AbortSignal,
): Promise<ScoredPart[]> {
  const names = scoreColumnNames(config);
  const collected = new Map<PlacedBlock, Collected>();
  const byFile = new Map<string, PlacedBlock[]>();
  for (const block of blocks) byFile.set(block.file, [...(byFile.get(block.file) ?? []), block]);
  for (const [file, own] of byFile) {
    signal.throwIfAborted();
    if (own.every(({ source }) => source.kind === 'data')) continue;
    const table = await readScores(join(scoreFolder, `${file}.parquet`), names);
    for (const block of own) {
      const { source, from, record } = block;
      if (source.kind !== 'data')
        collected.set(block, collect(table, source.kind === 'background', names, from, from + record.rows));
    }
  }
  return blocks.map((block) => ({
    sample: block.source.sample,
    kind: block.source.kind,
    rows: block.record.rows,
    read: async () => collected.get(block)!,
  }));
}
