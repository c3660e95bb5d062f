import assert from 'node:assert/strict';
import test from 'node:test';
import { type EntrySum, noEntries } from '../../../services/ledger/entry-sums.js';
import { type BlockFacts, judge, type LateFacts } from '../../../services/ledger/verdict.js';

const rows: EntrySum = { count: 10, high: 1, low: 2 };

/** A block of 100 entries of which 10 are scored, 85 cut and 5 dead letters. */
const scored: BlockFacts = {
  entries: 100,
  passed: [1, 1, 1, 1],
  waiting: [0, 0, 0, 0],
  dead: [0, 0, 0, 0],
  redriven: [0, 0, 0, 0],
  isUnreadable: false,
  flow: { selected: 10, cut: 85, dead: 5 },
  deadEntries: 5,
  features: rows,
  scaled: rows,
  pending: noEntries,
  scores: rows,
  late: [],
  isRead: true,
  last: 3,
  isCut: [false, false, false, false],
};

const noRows = { features: noEntries, scaled: noEntries, scores: noEntries };

const once: LateFacts = {
  entry: 7,
  isDead: true,
  isWaiting: false,
  wasDead: false,
  selected: 0,
  cut: 0,
  dead: 0,
};

function counts(facts: Partial<BlockFacts>): Record<string, number> {
  const { problems: _, ...verdict } = judge({ ...scored, ...facts });
  return Object.fromEntries(Object.entries(verdict).filter(([, count]) => count > 0));
}

function problems(facts: Partial<BlockFacts>): readonly string[] {
  return judge({ ...scored, ...facts }).problems;
}

test('a block that is scored: rows, cut entries and dead letters', () => {
  assert.deepEqual(counts({}), { scored: 10, cut: 85, dead: 5 });
  assert.deepEqual(problems({}), []);
});

test('rows that the scorer has not come to are in flight, unless they are in its files already', () => {
  const pending = { passed: [1, 1, 1, 0], waiting: [0, 0, 0, 1], scaled: noEntries, pending: rows };
  assert.deepEqual(counts({ ...pending, scores: noEntries }), { inFlight: 10, cut: 85, dead: 5 });
  assert.deepEqual(counts(pending), { scored: 10, cut: 85, dead: 5 });
});

test('equal numbers of other rows are one missing and one doubled at least', () => {
  const others = { ...rows, low: 3 };
  assert.deepEqual(counts({ scores: others }), { scored: 9, cut: 85, dead: 5, missing: 1, doubled: 1 });
  assert.deepEqual(problems({ scores: others }), ['other rows in the scores than on scaled']);
  assert.deepEqual(problems({ features: others }), ['other rows on scaled than on features']);
});

test('a block that became a dead letter and was sent again is right once it is through', () => {
  const again = { passed: [2, 2, 1, 1], dead: [0, 0, 1, 0], redriven: [1, 0, 0, 0] };
  assert.deepEqual(counts(again), { scored: 10, cut: 85, dead: 5 });
  const foreignLetter = { passed: [2, 1, 1, 1], redriven: [1, 0, 0, 0] };
  assert.deepEqual(counts(foreignLetter), { scored: 10, cut: 85, dead: 5 });
  const twice = { passed: [2, 2, 2, 2], redriven: [1, 0, 0, 0] };
  assert.equal(counts({ ...twice, features: noEntries }).doubled, 100);
});

test('one that was sent again and is lost is missing, though a dead letter is about it', () => {
  const nowhere = { features: noEntries, scaled: noEntries, scores: noEntries, deadEntries: 0 };
  const dead = { ...nowhere, passed: [1, 0, 0, 0], dead: [0, 1, 0, 0] };
  assert.deepEqual(counts(dead), { dead: 100 });
  const lost = { ...nowhere, passed: [2, 0, 0, 0], dead: [0, 1, 0, 0], redriven: [1, 0, 0, 0] };
  assert.deepEqual(counts(lost), { missing: 100 });
  assert.deepEqual(problems(lost), ['lost behind events']);
  const unread = { ...nowhere, passed: [0, 0, 0, 0] };
  assert.deepEqual(counts({ ...unread, isUnreadable: true }), { dead: 100 }, 'ingest has told');
  assert.deepEqual(counts({ ...unread, isRead: false }), { inFlight: 100 });
  assert.deepEqual(problems(unread), ['not on events']);
  assert.deepEqual(counts({ ...lost, isCut: [false, true, false, false] }), { dead: 100 }, 'nobody can tell');
});

test('where scaled is gone, rows are compared with those on features', () => {
  const cut = { last: 2, isCut: [true, true, false, true], passed: [0, 0, 1, 0] };
  assert.deepEqual(counts(cut), { scored: 10, cut: 85, dead: 5 });
  assert.equal(counts({ ...cut, scores: { ...rows, count: 9 } }).missing, 1);
  // A dead letter on scaled: its rows are on features, and in no score file.
  const dead = { ...cut, dead: [0, 0, 0, 1] };
  assert.deepEqual(counts({ ...dead, scores: noEntries }), { dead: 100 });
  assert.deepEqual(counts({ ...dead, scaled: noEntries, pending: rows, scores: noEntries }), { dead: 100 });
  assert.deepEqual(counts(dead), { scored: 10, cut: 85, dead: 5 }, 'it was sent again');
  assert.equal(counts({ ...dead, redriven: [0, 0, 0, 1], scores: noEntries }).missing, 10);
  assert.deepEqual(counts({ ...cut, flow: { selected: 0, cut: 95, dead: 5 }, ...noRows }), {
    cut: 95,
    dead: 5,
  });
});

test('an event that came again counts where it came to, once', () => {
  const more = (late: Partial<LateFacts>, facts: Partial<BlockFacts> = {}) =>
    counts({ ...facts, late: [{ ...once, ...late }] });
  const eleven: EntrySum = { count: 11, high: 9, low: 9 };
  const through = { features: eleven, scaled: eleven, scores: eleven };
  assert.deepEqual(more({ selected: 1 }, through), { scored: 11, cut: 85, dead: 4 });
  assert.deepEqual(more({ cut: 1 }), { scored: 10, cut: 86, dead: 4 });
  assert.deepEqual(more({ dead: 1 }), { scored: 10, cut: 85, dead: 5 });
  assert.deepEqual(more({ isWaiting: true }), { scored: 10, cut: 85, dead: 5, redriven: 1 });
  assert.deepEqual(more({ wasDead: true }), { scored: 10, cut: 85, dead: 5 });
  assert.deepEqual(more({}), { scored: 10, cut: 85, dead: 4, missing: 1 });
  assert.deepEqual(more({ cut: 2 }), { scored: 10, cut: 86, dead: 4, doubled: 1 });
  assert.deepEqual(more({ selected: 1, isDead: false }, through), {
    scored: 10,
    cut: 85,
    dead: 5,
    doubled: 1,
  });
});

test('a header that does not say what became of every entry', () => {
  assert.equal(counts({ flow: { selected: 10, cut: 80, dead: 5 } }).missing, 5);
  assert.equal(counts({ deadEntries: 3 }).missing, 2);
  assert.equal(counts({ deadEntries: 6 }).doubled, 1);
});
