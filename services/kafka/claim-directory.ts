import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';
import { layoutOf, type RunLayout } from '../pipeline/layout.js';
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
  const { claim, folder } = kafkaLayoutOf(directory);
  prepareFolder(directory);
  if (!existsSync(claim)) {
    // Where the folder of the claim is there already, another service is just placing it.
    if (!existsSync(folder)) refuseOthers(layout, folder);
    if (existsSync(layout.manifest)) {
      throw new RmmError(
        'run_changed',
        `${directory} holds a run of the embedded engine; choose another output directory`,
        { context: { directory } },
      );
    }
    place(claim, { prefix, topics: run.topics });
  }
  const found = readClaim(claim);
  if (found.prefix === prefix && found.topics === run.topics) return;
  throw new RmmError(
    'run_changed',
    `${directory} holds the run of other topics (${found.prefix}, ${found.topics}), not of ${prefix} (${run.topics}); choose another output directory or delete this one`,
    { context: { directory, found: found.topics, expected: run.topics } },
  );
}

/** @throws not_a_run where something else is there, unless another service's claim came in while we looked */
function refuseOthers(layout: RunLayout, folder: string): void {
  try {
    refuseForeign(layout);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Several services claim at the same moment: the first one counts. The name beside it is random, since processes
 * in containers have the same numbers.
 */
function place(path: string, claim: Claim): void {
  const own = `${path}.${randomUUID()}`;
  try {
    makeFolder(dirname(path));
    writeFileSync(own, JSON.stringify(claim));
    try {
      linkSync(own, path);
    } catch (error) {
      // A file system without hard links: the last one counts there.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(own, path);
    }
    rmSync(own, { force: true });
  } catch (error) {
    throw fromSystemError(error, 'writing', path);
  }
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
