import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { blockEntries } from '../../../lib/flow/ranges.js';
import { Random } from '../../../lib/learning/random.js';
import { reasonCount } from '../../../lib/physics/selection/index.js';
import type { SelectedRecord } from '../../../services/featurizer/block-record.js';
import type { PlannedFile } from '../../../services/kafka/run-state.js';
import { type DataTopic, dataTopics } from '../../../services/kafka/topics.js';
import { Accounts, type MessageState, type RowsOf } from '../../../services/ledger/accounts.js';
import { fileLedgers, stateOf, totalsOf } from '../../../services/ledger/ledger.js';
import { plannedFiles } from '../../support/planned-files.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 5_000 : 300;

/** One thing that the ledger sees of a run. */
interface Seen {
  readonly what: 'message' | 'rows' | 'letter' | 'late';
  readonly block: number;
  readonly topic: string;
  readonly rows: readonly number[];
  readonly tell: (accounts: Accounts) => void;
}

interface Expected {
  scored: number;
  cut: number;
  dead: number;
  inFlight: number;
}

function recordOf(selected: number, cut: number, dead: number): SelectedRecord {
  const raw = new Array<number>(reasonCount).fill(0);
  raw[0] = selected;
  raw[2] = cut;
  raw[5] = dead;
  return { rows: selected, flow: { raw, weightHigh: raw, weightLow: raw }, unclassifiedJets: 0 };
}

/** A run that went as runs may go, seen completely. */
class History {
  readonly files: PlannedFile[];
  readonly seen: Seen[] = [];
  readonly expected: Expected = { scored: 0, cut: 0, dead: 0, inFlight: 0 };
  readonly unread = new Set<number>();
  /** Blocks that are scored as a whole, with their rows. */
  readonly scored: {
    readonly block: number;
    readonly rows: readonly number[];
    readonly deadEntries: number;
  }[] = [];
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random('ledger', [seed]);
    const random = this.#random;
    this.files = plannedFiles(
      ...Array.from({ length: 1 + random.below(3) }, () => 40 + random.below(3 * blockEntries)),
    );
    for (const file of this.files)
      for (let number = 0; number < file.blocks; number += 1) this.#block(file, number);
  }

  #block(file: PlannedFile, number: number): void {
    const random = this.#random;
    const first = number * blockEntries;
    const entries = Math.min(blockEntries, file.entries - first);
    const places = new Set(
      Array.from({ length: random.below(Math.min(30, entries)) }, () => random.below(entries)),
    );
    const chosen = [...places].sort((a, b) => a - b).map((place) => first + place);
    const dead = chosen.filter(() => random.below(4) === 0);
    const rows = chosen.filter((entry) => !dead.includes(entry));
    const record = recordOf(rows.length, entries - chosen.length, dead.length);
    const block = file.firstBlock + number;
    const pass = (from: number, to: number, state: MessageState, isRedriven = false) => {
      for (let topic = from; topic <= to; topic += 1) {
        const here = topic === to ? state : 'passed';
        this.#message(
          block,
          dataTopics[topic]!,
          here,
          topic === 0 ? undefined : record,
          isRedriven && topic === from,
        );
        if (here === 'dead') continue;
        if (topic === 2) this.#rows(file, block, 'features', rows);
        if (topic === 3) this.#rows(file, block, here === 'passed' ? 'scaled' : 'pending', rows);
      }
      if (to > 0) for (const entry of dead) this.#letter(file, block, entry);
    };
    const { expected } = this;
    const fate = random.below(8);
    if (fate === 0) {
      this.unread.add(block);
      expected.inFlight += entries;
      return;
    }
    if (fate === 1) {
      const at = random.below(3);
      pass(0, at, 'waiting');
      expected.inFlight += entries;
      return;
    }
    if (fate === 2) {
      pass(0, random.below(4), 'dead');
      expected.dead += entries;
      return;
    }
    const isPending = fate === 3;
    if (fate === 4) {
      // Dead somewhere, and sent again: to where it was, or from the beginning.
      const at = random.below(4);
      pass(0, at, 'dead');
      pass(at === 3 || random.below(2) === 0 ? at : 0, 3, 'passed', true);
    } else pass(0, 3, isPending ? 'waiting' : 'passed');
    const isInFiles = !isPending || random.below(2) === 0;
    if (isInFiles) this.#rows(file, block, 'scores', rows);
    expected[isInFiles ? 'scored' : 'inFlight'] += rows.length;
    expected.cut += entries - chosen.length;
    expected.dead += dead.length;
    if (!isPending) this.scored.push({ block, rows, deadEntries: dead.length });
    if (!isPending) for (const entry of dead) this.#again(file, block, entry);
  }

  /** Some events come again, with every outcome. */
  #again(file: PlannedFile, block: number, entry: number): void {
    const { expected } = this;
    const outcome = this.#random.below(6);
    if (outcome > 3) return;
    const record = [recordOf(1, 0, 0), recordOf(0, 1, 0), recordOf(0, 0, 1)][outcome];
    const states: MessageState[] = ['passed', 'passed', 'passed', outcome === 3 ? 'waiting' : 'passed'];
    for (const [topic, state] of states.entries()) {
      if (outcome === 3 && topic > 0) break;
      this.seen.push({
        what: 'late',
        block,
        topic: dataTopics[topic]!,
        rows: [entry],
        tell: (accounts) =>
          accounts.lateMessage(
            file,
            entry,
            outcome === 3 ? 'waiting' : state,
            topic === 3 ? record : undefined,
          ),
      });
    }
    if (outcome === 2) this.#letter(file, block, entry);
    if (outcome > 1) return;
    expected.dead -= 1;
    if (outcome === 1) {
      expected.cut += 1;
      return;
    }
    expected.scored += 1;
    for (const of of ['features', 'scaled', 'scores'] as const) this.#rows(file, block, of, [entry]);
  }

  #message(
    block: number,
    topic: DataTopic,
    state: MessageState,
    record: SelectedRecord | undefined,
    isRedriven: boolean,
  ): void {
    const tell = (accounts: Accounts) => accounts.message(topic, state, block, record, isRedriven);
    this.seen.push({ what: 'message', block, topic, rows: [], tell });
  }

  #rows(file: PlannedFile, block: number, of: RowsOf, rows: readonly number[]): void {
    this.seen.push({
      what: 'rows',
      block,
      topic: of,
      rows,
      tell: (accounts) => tellRows(accounts, file, of, rows),
    });
  }

  #letter(file: PlannedFile, block: number, entry: number): void {
    const tell = (accounts: Accounts) => accounts.letter(file, entry);
    this.seen.push({ what: 'letter', block, topic: '', rows: [entry], tell });
  }
}

function tellRows(accounts: Accounts, file: PlannedFile, of: RowsOf, rows: readonly number[]): void {
  assert.equal(accounts.rows(of, file, BigInt64Array.from(rows, BigInt), 0, rows.length), 0);
}

/** What the ledger says of a run of which these things were seen, in any order. */
function ledgerOf({ files, unread }: History, seen: readonly Seen[], seed: number) {
  const random = new Random('order', [seed]);
  const shuffled = seen.map((one) => ({ one, key: random.next() })).sort((a, b) => a.key - b.key);
  const accounts = new Accounts();
  for (const file of files) accounts.plan(file);
  for (const { one } of shuffled) one.tell(accounts);
  const ledgers = fileLedgers(accounts, { isRead: (block) => !unread.has(block), cut: [] });
  const totals = totalsOf(ledgers);
  return { ledgers, totals, state: stateOf(totals, { planned: true, strangeRows: 0 }) };
}

const seeds = fc.tuple(fc.nat(1e9), fc.nat(1e9));

test('a run that loses nothing closes, or is open where something is on its way; every entry counts once', () => {
  fc.assert(
    fc.property(seeds, ([seed, order]) => {
      const history = new History(seed);
      const { totals, state, ledgers } = ledgerOf(history, history.seen, order);
      const { expected } = history;
      const { scored, cut, dead, inFlight, missing, doubled, entries } = totals;
      assert.deepEqual({ scored, cut, dead, inFlight }, expected, JSON.stringify(ledgers));
      assert.deepEqual([missing, doubled], [0, 0]);
      assert.equal(scored + cut + dead + inFlight, entries);
      assert.equal(state, inFlight > 0 ? 'open' : 'closed');
    }),
    { numRuns },
  );
});

test('letters may come twice, and the order never matters', () => {
  fc.assert(
    fc.property(seeds, ([seed, order]) => {
      const history = new History(seed);
      const twice = [...history.seen, ...history.seen.filter(({ what }) => what === 'letter')];
      assert.deepEqual(ledgerOf(history, twice, order), ledgerOf(history, history.seen, order + 1));
    }),
    { numRuns },
  );
});

/** What may go wrong with a block that is scored as a whole. */
const defects: Readonly<
  Record<
    string,
    (history: History, block: number, rows: readonly number[], random: Random) => Seen[] | undefined
  >
> = {
  'rows are not in the scores': ({ seen }, block, rows) =>
    rows.length === 0 ? undefined : without(seen, (one) => isScores(one, block, rows)),
  'one row is not in the scores': ({ seen, files }, block, rows, random) =>
    withRows(seen, files, block, rows, rows.toSpliced(random.below(Math.max(1, rows.length)), 1)),
  'rows are twice in the scores': ({ seen }, block, rows) =>
    rows.length === 0 ? undefined : [...seen, seen.find((one) => isScores(one, block, rows))!],
  'one row is missing and another one doubled': ({ seen, files }, block, rows) =>
    rows.length < 2 ? undefined : withRows(seen, files, block, rows, [rows[0]!, rows[0]!, ...rows.slice(2)]),
  'a message is twice on scaled': ({ seen }, block, rows) => [
    ...seen,
    ...seen.filter(
      (one) => one.block === block && one.topic === 'scaled' && (one.what === 'message' || one.rows === rows),
    ),
  ],
  'a message is twice on events': ({ seen }, block) => {
    const message = seen.find(
      (one) => one.block === block && one.topic === 'events' && one.what === 'message',
    )!;
    const count = seen.filter((one) => one.block === block && one.what === 'message').length;
    // Where the block was a dead letter a second message is right.
    return count > 4 ? undefined : [...seen, message];
  },
  'everything behind events is lost': ({ seen }, block) =>
    without(
      seen,
      (one) =>
        one.block === block && (one.topic !== 'events' || one.what === 'late') && one.what !== 'letter',
    ),
  'nothing of it is there': ({ seen }, block) => without(seen, (one) => one.block === block),
  'a dead letter was not written': ({ seen, scored }, block) => {
    const { deadEntries } = scored.find((one) => one.block === block)!;
    if (deadEntries === 0) return undefined;
    const [entry] = seen.find((one) => one.block === block && one.what === 'letter')!.rows;
    return without(seen, (one) => one.block === block && one.what === 'letter' && one.rows[0] === entry);
  },
};

function without(seen: readonly Seen[], is: (one: Seen) => boolean): Seen[] {
  return seen.filter((one) => !is(one));
}

function isScores(one: Seen, block: number, rows: readonly number[]): boolean {
  return one.block === block && one.topic === 'scores' && one.rows === rows;
}

function withRows(
  seen: readonly Seen[],
  files: readonly PlannedFile[],
  block: number,
  rows: readonly number[],
  others: readonly number[],
): Seen[] | undefined {
  if (rows.length === 0) return undefined;
  const file = files.findLast(({ firstBlock }) => firstBlock <= block)!;
  return seen.map((one) =>
    isScores(one, block, rows)
      ? { ...one, rows: others, tell: (accounts) => tellRows(accounts, file, 'scores', others) }
      : one,
  );
}

for (const [name, defect] of Object.entries(defects)) {
  test(`${name}: the ledger is wrong, and names the block`, () => {
    let tried = 0;
    fc.assert(
      fc.property(seeds, ([seed, order]) => {
        const history = new History(seed);
        const random = new Random('defect', [seed]);
        const { block, rows } = history.scored[random.below(Math.max(1, history.scored.length))] ?? {};
        if (block === undefined || rows === undefined) return;
        const seen = defect(history, block, rows, random);
        if (seen === undefined) return;
        tried += 1;
        const { state, ledgers } = ledgerOf(history, seen, order);
        assert.equal(state, 'wrong');
        const named = ledgers.flatMap((ledger, index) =>
          ledger.wrong.map(({ first }) => history.files[index]!.firstBlock + first / blockEntries),
        );
        assert.deepEqual(named, [block]);
      }),
      { numRuns },
    );
    assert.ok(tried > numRuns / 10, `${tried} tries`);
  });
}
