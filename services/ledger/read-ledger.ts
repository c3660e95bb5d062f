import { blockEntries } from '../../lib/flow/ranges.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { readLetters } from '../dead-letters/read-letters.js';
import { PlannedBlocks, subjectOf } from '../dead-letters/subject.js';
import { blockAt } from '../ingest/plan-feed.js';
import type { LetterPlace } from '../kafka/letters.js';
import type { RunView } from '../kafka/run-view.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';
import { Accounts } from './accounts.js';
import {
  type FileLedger,
  fileLedgers,
  type LedgerState,
  type LedgerTotals,
  stateOf,
  totalsOf,
} from './ledger.js';
import { readPositions } from './positions.js';
import { readScores } from './read-scores.js';
import { readDataTopics, type StrangeMessage } from './read-topics.js';

/** A dead letter that is about no entry of the run. */
export interface ForeignLetter {
  readonly id: string;
  readonly reason: string;
  readonly bytes: number | undefined;
}

export interface Ledger {
  readonly state: LedgerState;
  readonly totals: LedgerTotals;
  readonly files: readonly FileLedger[];
  /** Nobody's entries: dead letters of foreign messages, and messages without one. */
  readonly foreign: {
    readonly letters: readonly ForeignLetter[];
    readonly messages: readonly StrangeMessage[];
  };
  readonly scores: { readonly files: number; readonly rows: number; readonly strange: number };
  readonly messages: Readonly<Record<DataTopic, number>>;
  /** Topics whose beginning is gone (kafka.topics.retention_hours). */
  readonly cut: readonly DataTopic[];
}

/**
 * Accounts for every entry of every planned file, from topics and outputs. May run beside the services: positions
 * are read first, then outputs, then topics from the last to the first, so that whatever is before a position is seen
 * on all of them.
 */
export async function readLedger(run: RunView, progress: Progress): Promise<Ledger> {
  const { client, names, view, signal } = run;
  const { isFinished } = view.state;
  const accounts = new Accounts();
  const planned = new PlannedBlocks();
  const takePlan = () => {
    for (const file of view.state.files.slice(accounts.files.length)) {
      accounts.plan(file);
      planned.add(file);
    }
  };
  const plan = async () => {
    await view.catchUp(signal);
    signal.throwIfAborted();
    takePlan();
  };
  takePlan();
  const positions = await readPositions(run);
  const total = () => accounts.files.reduce((sum, { entries }) => sum + entries, 0);
  progress.start('scores', 0);
  const scores = await readScores(run, accounts, plan, (rows) => progress.advance('scores', rows));
  progress.finish('scores');
  const ends = new Map(
    await inOrder(
      [...dataTopics].reverse(),
      async (topic) => [topic, await client.admin.offsets(names.topic(topic))] as const,
    ),
  );
  const { letters } = await readLetters(run, signal);
  await plan();
  const dead = new Set<string>();
  const sentAgain = new Set(view.state.redrives.map(({ letter }) => letter));
  const isGone = (topic: DataTopic, { partition, offset }: LetterPlace) =>
    offset < (ends.get(topic)?.find((found) => found.partition === partition)?.first ?? 0);
  const foreign: ForeignLetter[] = [];
  for (const { letter } of letters) {
    const subject = subjectOf(letter, planned);
    const { id, row, topic, partition, offset, reason, message } = letter;
    if (topic === names.input) {
      if (subject.kind === 'block') accounts.unreadable(subject.file, subject.first);
    } else if (row < 0) {
      dead.add(`${names.kindOf(topic)}/${partition}/${offset}`);
      const lay = dataTopics.find((kind) => kind === names.kindOf(topic));
      // Its topic can no longer say so. What was sent again has to be found further on.
      if (subject.kind === 'block' && lay !== undefined && isGone(lay, letter) && !sentAgain.has(id))
        accounts.message(lay, 'dead', subject.file.firstBlock + subject.first / blockEntries);
    } else if (subject.kind === 'entry') accounts.letter(subject.file, subject.entry);
    if (subject.kind === 'foreign') foreign.push({ id, reason, bytes: message?.bytes });
  }
  const cut = dataTopics.filter((topic) => ends.get(topic)!.some(({ first }) => first > 0));
  const scaledIsCut = cut.includes('scaled');
  const { messages, strange } = await readDataTopics(run, {
    accounts,
    planned,
    positions,
    dead,
    redriven: new Set(
      view.state.redrives.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`),
    ),
    ends,
    scaledIsCut,
    isFinished,
    onTopic: (topic) => progress.start(topic, total()),
    onBlock: (topic, entries) => progress.advance(topic, entries),
  });
  for (const topic of dataTopics) progress.finish(topic);
  const { partitions } = view.state;
  const files = fileLedgers(accounts, {
    isRead: (block) => block < blockAt(positions.read(block % partitions), block % partitions, partitions),
    cut,
  });
  const totals = totalsOf(files);
  const isPlanned = view.state.run?.mode === 'continuous' || view.state.planned !== undefined;
  return {
    state: stateOf(totals, { planned: isPlanned, strangeRows: scores.strange }),
    totals,
    files,
    foreign: { letters: foreign, messages: strange },
    scores,
    messages,
    cut,
  };
}

async function inOrder<Item, Result>(
  items: readonly Item[],
  body: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await body(item));
  return results;
}
