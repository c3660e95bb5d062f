import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';
import { layoutOf } from '../pipeline/layout.js';
import { prepareFolder } from '../pipeline/output-path.js';
import { refuseForeign } from '../pipeline/run-directory.js';
import type { RecordOf } from './progress-records.js';

/** What a directory says of the run over Kafka that it belongs to. */
export interface Claim {
  readonly prefix: string;
  readonly topics: string;
}

/** Where the Kafka engine keeps what only it needs, below the output directory. */
export interface KafkaLayout {
  readonly folder: string;
  readonly claim: string;
  /** Records of the blocks in each score file. */
  readonly blocks: string;
  /** Hashes of the rows of feature files that are not kept. */
  readonly hashes: string;
  /** Work files of the trainer. */
  readonly trainer: string;
}

export function kafkaLayoutOf(directory: string): KafkaLayout {
  const folder = join(layoutOf(directory).work, 'kafka');
  return {
    folder,
    claim: join(folder, 'claim.json'),
    blocks: join(folder, 'blocks'),
    hashes: join(folder, 'hashes'),
    trainer: join(folder, 'trainer'),
  };
}

/**
 * Takes the output directory for a run, or sees that it is this run's; every service that writes does so.
 * @throws output_unwritable, not_a_run, run_changed
 */
export function claimDirectory(directory: string, prefix: string, run: RecordOf<'run'>): void {
  const layout = layoutOf(directory);
  const { claim } = kafkaLayoutOf(directory);
  prepareFolder(directory);
  const isClaimed = () => existsSync(claim);
  if (!isClaimed()) {
    try {
      refuseForeign(layout);
    } catch (error) {
      // Another service may have claimed it since, and begun to write.
      if (!isClaimed()) throw error;
    }
  }
  if (!isClaimed()) {
    if (existsSync(layout.manifest)) {
      throw new RmmError(
        'run_changed',
        `${directory} holds a run of the embedded engine; choose another output directory`,
        { context: { directory } },
      );
    }
    place(directory, { prefix, topics: run.topics });
  }
  const found = readClaim(claim);
  if (found.prefix === prefix && found.topics === run.topics) return;
  throw new RmmError(
    'run_changed',
    `${directory} holds the run of other topics (${found.prefix}, ${found.topics}), not of ${prefix} (${run.topics}); choose another output directory or delete this one`,
    { context: { directory, found: found.topics, expected: run.topics } },
  );
}

/**
 * Several services claim at the same moment, mostly with the same words, and none may see a folder without its
 * claim: each makes a folder of its own and renames it. Process numbers do not tell them apart, since in containers
 * they are all the same; the name begins like that of a lock, which does not make a directory somebody else's.
 */
function place(directory: string, claim: Claim): void {
  const own = `${layoutOf(directory).lock}-${randomBytes(8).toString('hex')}`;
  const { folder, claim: path } = kafkaLayoutOf(directory);
  try {
    makeFolder(own);
    writeFileSync(join(own, basename(path)), JSON.stringify(claim));
    try {
      renameSync(own, folder);
    } catch (error) {
      if (!isThere(error)) throw error;
      if (!existsSync(path)) renameSync(join(own, basename(path)), path);
    }
  } catch (error) {
    throw fromSystemError(error, 'writing', path);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function isThere(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
}

export function readClaim(path: string): Claim {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Claim;
  } catch (cause) {
    throw new RmmError(
      'partial_damaged',
      `${path} cannot be read (${(cause as Error).message}); delete its directory and start over`,
      {
        context: { path },
        cause,
      },
    );
  }
}
