import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AtomicFile, prepareFileAtomic } from '../../lib/base/atomic-file.js';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { BlockRecord } from '../featurizer/block-record.js';

/** A block in a score file: where it came from, what became of its entries, and which rows are its. */
export interface ListedBlock {
  readonly source: BlockSource;
  readonly record: BlockRecord;
  /** First of its rows in the file; their number is record.rows. */
  readonly from: number;
}

/** Prepares the list of a score file's blocks beside the work of the run; the file itself holds rows only. */
export function prepareBlockList(folder: string, name: string, blocks: readonly ListedBlock[]): AtomicFile {
  return prepareFileAtomic(join(folder, `${name}.json`), JSON.stringify(blocks));
}

/** Lists of all score files by the file's name. @throws partial_damaged */
export function readBlockLists(folder: string): Map<string, readonly ListedBlock[]> {
  const lists = new Map<string, readonly ListedBlock[]>();
  for (const file of listed(folder)) {
    const path = join(folder, file);
    try {
      lists.set(
        file.slice(0, -'.json'.length),
        JSON.parse(readFileSync(path, 'utf8')) as readonly ListedBlock[],
      );
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw fromSystemError(error, 'reading', path);
      throw new RmmError(
        'partial_damaged',
        `${path} is not whole JSON (${error.message}); delete the output directory and replay`,
        {
          context: { path },
        },
      );
    }
  }
  return lists;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fromSystemError(error, 'reading', folder);
  }
}
