import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import { readParquetColumns } from '../../lib/columnar/parquet/read-columns.js';
import { kafkaLayoutOf, readClaim } from '../kafka/claim-directory.js';
import type { PlannedFile } from '../kafka/run-state.js';
import type { RunView } from '../kafka/run-view.js';
import { layoutOf } from '../pipeline/layout.js';
import type { Accounts } from './accounts.js';

export interface ScoresRead {
  readonly files: number;
  readonly rows: number;
  /** Rows of files, or entries, that are not of the run. */
  readonly strange: number;
}

/**
 * Adds every row of the run's score files to the accounts, file by file.
 * @param plan brings the plan of the accounts up to date
 * @throws not_a_run, run_changed, and what reading throws
 */
export async function readScores(
  { loaded, view, signal }: RunView,
  accounts: Accounts,
  plan: () => Promise<void>,
  onRows: (rows: number) => void,
): Promise<ScoresRead> {
  refuseOthers(loaded.outputDirectory, view.state.run!.topics);
  const { scores: folder } = layoutOf(loaded.outputDirectory);
  const known = new PlannedNames(accounts);
  let rows = 0;
  let strange = 0;
  const names = listed(folder);
  for (const name of names) {
    signal.throwIfAborted();
    const table = await readParquetColumns(join(folder, name), ['sample', 'file', 'entry', 'late']);
    const { sample, file, entry, late } = table.columns;
    if (
      sample.type !== 'dictionary' ||
      file.type !== 'dictionary' ||
      entry.type !== 'int64' ||
      late.type !== 'boolean'
    ) {
      throw new RmmError(
        'parquet_unsupported',
        `${join(folder, name)} has columns of other types than scores`,
        {
          context: { path: join(folder, name) },
        },
      );
    }
    const entries = entry.data as BigInt64Array;
    for (let from = 0, to = 0; from < table.rows; from = to) {
      const code = file.codes[from]!;
      const sampleCode = sample.codes[from]!;
      let lateRows = 0;
      for (; to < table.rows && file.codes[to] === code && sample.codes[to] === sampleCode; to += 1)
        lateRows += late.flags[to]!;
      const planned = await known.find(sample.dictionary[sampleCode]!, file.dictionary[code]!, plan);
      if (planned === undefined) strange += to - from;
      else {
        strange += accounts.rows('scores', planned, entries, from, to);
        accounts.addLateRows(planned, lateRows);
      }
    }
    rows += table.rows;
    onRows(table.rows);
  }
  return { files: names.length, rows, strange };
}

/** Files of the plan by what score files call them. */
class PlannedNames {
  readonly #accounts: Accounts;
  readonly #known = new Map<string, PlannedFile>();
  #taken = 0;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  async find(sample: string, file: string, plan: () => Promise<void>): Promise<PlannedFile | undefined> {
    const key = `${sample}\n${file}`;
    if (!this.#known.has(key)) {
      // It may have been planned since the last look.
      await plan();
      for (; this.#taken < this.#accounts.files.length; this.#taken += 1) {
        const planned = this.#accounts.files[this.#taken]!;
        this.#known.set(`${planned.sample}\n${planned.name}`, planned);
      }
    }
    return this.#known.get(key);
  }
}

function refuseOthers(directory: string, topics: string): void {
  const { claim } = kafkaLayoutOf(directory);
  if (!existsSync(claim)) {
    throw new RmmError(
      'not_a_run',
      `${directory} holds no outputs of this run; give --output as the scorers have it, or run this where they write`,
      { context: { directory } },
    );
  }
  const found = readClaim(claim).topics;
  if (found === topics) return;
  throw new RmmError('run_changed', `${directory} holds the run of other topics (${found}, not ${topics})`, {
    context: { directory },
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.parquet') && !name.startsWith('.'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fromSystemError(error, 'reading', folder);
  }
}
