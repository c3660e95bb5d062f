import assert from 'node:assert/strict';
import test from 'node:test';
import { closingLine, ledgerObject, ledgerText } from '../../../cli/ledger-page.js';
import type { FileLedger } from '../../../services/ledger/ledger.js';
import { totalsOf } from '../../../services/ledger/ledger.js';
import type { Ledger } from '../../../services/ledger/read-ledger.js';

function fileOf(file: string, more: Partial<FileLedger> = {}): FileLedger {
  const counts = {
    scored: 1200,
    late: 0,
    cut: 795,
    dead: 5,
    redriven: 0,
    inFlight: 0,
    missing: 0,
    doubled: 0,
  };
  return {
    sample: 'zee',
    file,
    fingerprint: 'f',
    entries: 2000,
    ...counts,
    wrong: [],
    wrongBlocks: 0,
    ...more,
  };
}

function ledgerOf(files: readonly FileLedger[], more: Partial<Ledger> = {}): Ledger {
  return {
    state: 'closed',
    totals: totalsOf(files),
    files,
    foreign: { letters: [], messages: [] },
    scores: { files: 1, rows: 1200, strange: 0 },
    messages: { events: 1, selected: 1, features: 1, scaled: 1 },
    cut: [],
    ...more,
  };
}

test('a ledger that closes: a line for each file, all of them, and the account in one line', () => {
  const lines = ledgerText(ledgerOf([fileOf('a.root'), fileOf('b.root', { late: 2 })])).split('\n');
  assert.match(lines[2]!, /^zee +a\.root +2,000 +1,200 +0 +795 +5 +0 +0 +0$/);
  assert.match(lines[4]!, /^all +2 files +4,000 +2,400 +2 +1,590 +10 +0 +0 +0$/);
  assert.equal(
    lines.at(-1),
    'the ledger closes: 4,000 entries = 2,400 scored (2 late) + 1,590 cut + 10 dead letters, each once',
  );
});

test('with many files only those with something wrong are shown, and their blocks by name', () => {
  const problems = ['lost behind events'];
  const wrong = fileOf('w.root', {
    scored: 1000,
    missing: 200,
    wrongBlocks: 30,
    wrong: Array.from({ length: 25 }, (_, block) => ({
      first: block * 8192,
      entries: 8192,
      missing: 8,
      doubled: 0,
      problems,
    })),
  });
  const files = [...Array.from({ length: 50 }, (_, number) => fileOf(`${number}.root`)), wrong];
  const text = ledgerText(ledgerOf(files, { state: 'wrong' }));
  assert.ok(!text.includes('17.root'));
  assert.match(text, /^zee +w\.root +2,000 +1,000/m);
  assert.match(text, /^all +51 files/m);
  assert.match(text, /^ {2}w\.root entries 8192 to 16384: lost behind events$/m);
  assert.match(text, /^ {2}and 10 more$/m);
  assert.match(text, /the ledger does not close: .* \+ 200 MISSING$/);
});

test('what is nobody’s is listed, and what is on its way is said', () => {
  const text = ledgerText(
    ledgerOf([fileOf('a.root', { scored: 1100, inFlight: 100, redriven: 2 })], {
      state: 'open',
      foreign: {
        letters: [{ id: 't.events/0/3/-1', reason: 'wire_header_invalid', bytes: 7 }],
        messages: [
          { topic: 'scaled', partition: 1, offset: 4, what: 'of x.root, which is no block of the run' },
        ],
      },
      scores: { files: 1, rows: 1, strange: 9 },
      cut: ['events'],
    }),
  );
  assert.match(text, /t\.events\/0\/3\/-1: wire_header_invalid/);
  assert.match(text, /scaled\/1\/4, no dead letter: of x\.root/);
  assert.match(text, /9 rows of the score files are of no entry of the run/);
  assert.match(text, /the beginning of events is gone/);
  assert.match(
    text,
    /the ledger is open: .*5 dead letters \(2 on their way again\) \+ 100 in flight, each once$/,
  );
});

test('doubled entries are said beside the sum', () => {
  const totals = totalsOf([fileOf('a.root', { doubled: 7 })]);
  assert.match(closingLine({ state: 'wrong', totals }), /dead letters, and 7 DOUBLED$/);
  const object = ledgerObject(ledgerOf([fileOf('a.root', { doubled: 7 })], { state: 'wrong' }));
  const {
    state,
    closes,
    totals: said,
  } = object as { state: string; closes: boolean; totals: { doubled: number } };
  assert.deepEqual([state, closes, said.doubled], ['wrong', false, 7]);
});
