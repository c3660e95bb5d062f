import { blockEntries } from '../../lib/flow/ranges.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';
import type { Accounts } from './accounts.js';
import { type BlockFacts, type Counts, judge } from './verdict.js';

/** A block with something wrong. */
export interface WrongBlock {
  readonly first: number;
  readonly entries: number;
  readonly missing: number;
  readonly doubled: number;
  readonly problems: readonly string[];
}

export interface FileLedger extends Counts {
  readonly sample: string;
  readonly file: string;
  readonly fingerprint: string;
  readonly entries: number;
  /** Rows of the score files that came again from the dead letters; among `scored`. */
  readonly late: number;
  /** The first ones. */
  readonly wrong: readonly WrongBlock[];
  /** How many there are. */
  readonly wrongBlocks: number;
}

export interface LedgerTotals extends Counts {
  readonly files: number;
  readonly entries: number;
  readonly late: number;
}

/** `closed`: every entry is accounted for once; `open`: some are on their way; `wrong`: some are missing or doubled. */
export type LedgerState = 'closed' | 'open' | 'wrong';

const none: Counts = {
  scored: 0,
  cut: 0,
  dead: 0,
  redriven: 0,
  inFlight: 0,
  missing: 0,
  doubled: 0,
};
const names = Object.keys(none) as (keyof Counts)[];
/** Blocks that are named for each file. */
const mostNamed = 100;

function plus(a: Counts, b: Counts): Counts {
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as Counts;
}

/** What is known beside the accounts. */
export interface LedgerBasis {
  /** Whether ingest has come past a block, by its number in the plan. */
  readonly isRead: (block: number) => boolean;
  /** Topics whose beginning is gone (kafka.topics.retention_hours): without scaled, rows are compared with features. */
  readonly cut: readonly DataTopic[];
}

/** The accounts of every file, in the order of the plan. */
export function fileLedgers(accounts: Accounts, basis: LedgerBasis): FileLedger[] {
  const late = accounts.lateByBlock();
  const last = dataTopics.indexOf(basis.cut.includes('scaled') ? 'features' : 'scaled');
  const isCut = dataTopics.map((topic) => basis.cut.includes(topic));
  return accounts.files.map((file) => {
    let counts = none;
    let wrongBlocks = 0;
    const wrong: WrongBlock[] = [];
    for (let number = 0; number < file.blocks; number += 1) {
      const block = file.firstBlock + number;
      const facts: BlockFacts = {
        ...accounts.block(file, number),
        late: late.get(block) ?? [],
        isRead: basis.isRead(block),
        last,
        isCut,
      };
      const { problems, ...verdict } = judge(facts);
      counts = plus(counts, verdict);
      const { missing, doubled } = verdict;
      if (missing === 0 && doubled === 0) continue;
      wrongBlocks += 1;
      if (wrong.length < mostNamed)
        wrong.push({ first: number * blockEntries, entries: facts.entries, missing, doubled, problems });
    }
    return { ...ofFile(file), ...counts, late: accounts.lateRows(file), wrong, wrongBlocks };
  });
}

function ofFile({ sample, name, fingerprint, entries }: PlannedFile) {
  return { sample, file: name, fingerprint, entries };
}

export function totalsOf(files: readonly FileLedger[]): LedgerTotals {
  const sum = (of: (file: FileLedger) => number) => files.reduce((total, file) => total + of(file), 0);
  return {
    files: files.length,
    entries: sum(({ entries }) => entries),
    ...files.reduce<Counts>(plus, none),
    late: sum(({ late }) => late),
  };
}

/** @param planned whether all files are known; @param strangeRows score rows of no entry of the run */
export function stateOf(
  { missing, doubled, inFlight }: Counts,
  { planned, strangeRows }: { readonly planned: boolean; readonly strangeRows: number },
): LedgerState {
  if (missing > 0 || doubled > 0 || strangeRows > 0) return 'wrong';
  return inFlight > 0 || !planned ? 'open' : 'closed';
}
