import assert from 'node:assert/strict';
import test from 'node:test';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import { reasonCount } from '../../../lib/physics/selection/index.js';
import { bookLetters } from '../../../services/dead-letters/letter-book.js';
import type { StoredLetter } from '../../../services/dead-letters/read-letters.js';
import { lateFate, Settled } from '../../../services/dead-letters/settled.js';
import { PlannedBlocks, subjectOf } from '../../../services/dead-letters/subject.js';
import type { Letter } from '../../../services/kafka/letters.js';
import type { RecordOf } from '../../../services/kafka/progress-records.js';
import { plannedFiles } from '../../support/planned-files.js';

const files = plannedFiles(10_000, 500);
const planned = new PlannedBlocks(files);
const { fingerprint } = files[0]!;

function source(first: number, entries: number, late?: BlockSource['late']): BlockSource {
  const where = { sample: 'a', kind: 'background', file: 'f', fingerprint, first, entries } as const;
  return late === undefined ? where : { ...where, late };
}

function letter(topic: string, offset: number, row: number, of: BlockSource | undefined): Letter {
  const place = { topic: `t.${topic}`, partition: 0, offset, row };
  const more = of === undefined ? {} : { source: of };
  return { id: `t.${topic}/0/${offset}/${row}`, ...place, reason: 'r', stage: 's', ...more };
}

function redriven(of: Letter, letters: number): RecordOf<'redriven'> {
  return { type: 'redriven', letter: of.id, topic: 'events', partition: 0, offset: 99, letters };
}

/** States of letters that were written in this order. */
function statesOf(
  letters: readonly Letter[],
  redrives: readonly RecordOf<'redriven'>[],
  settled = new Settled(),
): string[] {
  const stored = letters.map((one, at): StoredLetter => ({ letter: one, at }));
  return bookLetters(stored, redrives, planned, settled).map(({ state, newer }) =>
    newer === undefined ? state : `${state} ${newer}`,
  );
}

function record(flow: Readonly<Record<number, number>>, rows = 0) {
  const raw = Array.from({ length: reasonCount }, (_, code) => flow[code] ?? 0);
  return { rows, flow: { raw, weightHigh: raw, weightLow: raw }, unclassifiedJets: 0 };
}

test('a letter is about an entry, a block of the plan, or nothing of the run', () => {
  const kind = (one: Letter) => subjectOf(one, planned).kind;
  assert.equal(kind(letter('events', 0, 7, source(0, 8192))), 'entry');
  assert.equal(kind(letter('scaled', 0, -1, source(0, 8192))), 'block');
  assert.equal(kind(letter('scaled', 0, -1, source(8192, 1808))), 'block');
  assert.equal(
    kind(letter('scaled', 0, -1, source(8192, 8192))),
    'foreign',
    'more entries than the file has',
  );
  assert.equal(kind(letter('scaled', 0, -1, source(100, 50))), 'foreign');
  assert.equal(kind(letter('scaled', 0, -1, undefined)), 'foreign');
  assert.equal(kind(letter('events', 0, 9000, source(8192, 1808))), 'foreign');
  const late = letter('selected', 3, -1, source(7, 1, { countedAs: 'weight_absurd' }));
  assert.deepEqual(subjectOf(late, planned), subjectOf(letter('events', 0, 7, source(0, 8192)), planned));
  const other = { ...source(0, 500), fingerprint: 'f'.repeat(64) };
  assert.equal(kind(letter('scaled', 0, -1, other)), 'foreign');
});

test('an event: open, sent again, failed again, settled', () => {
  const first = letter('events', 0, 7, source(0, 8192));
  const again = letter('events', 5, 0, source(7, 1, { countedAs: 'r' }));
  assert.deepEqual(statesOf([first], []), ['open']);
  assert.deepEqual(statesOf([first], [redriven(first, 1)]), ['re-driven']);
  assert.deepEqual(statesOf([first, again], [redriven(first, 1)]), [`superseded ${again.id}`, 'open']);
  assert.deepEqual(statesOf([first, again], [redriven(first, 1), redriven(again, 2)]), [
    're-driven',
    're-driven',
  ]);
  const through = new Settled([
    { source: source(7, 1, { countedAs: 'r' }), record: record({ 0: 1, 5: -1 }, 1) },
  ]);
  assert.deepEqual(statesOf([first, again], [redriven(first, 1), redriven(again, 2)], through), [
    'settled',
    'settled',
  ]);
});

test('an event whose block comes again as a whole fails again there, which is no failure of what was sent alone', () => {
  const first = letter('events', 0, 7, source(0, 8192));
  const withBlock = letter('events', 9, 7, source(0, 8192, {}));
  assert.deepEqual(statesOf([first, withBlock], []), [`superseded ${withBlock.id}`, 'open']);
  assert.deepEqual(statesOf([first, withBlock], [redriven(first, 1)]), ['re-driven', 're-driven']);
});

test('a block: open until it is sent again or has come through, and again where that failed too', () => {
  const first = letter('features', 3, -1, source(0, 8192));
  const again = letter('scaled', 8, -1, source(0, 8192, {}));
  assert.deepEqual(statesOf([first], []), ['open']);
  assert.deepEqual(statesOf([first, again], [redriven(first, 1)]), [`superseded ${again.id}`, 'open']);
  const through = new Settled([{ source: source(0, 8192), record: record({ 0: 3 }, 3) }]);
  assert.deepEqual(statesOf([first, again], [], through), ['settled', 'settled']);
});

test('the first entry of a block and the block itself are two things', () => {
  const entry = letter('events', 0, 0, source(0, 8192));
  const block = letter('features', 3, -1, source(0, 8192));
  assert.deepEqual(statesOf([entry, block], []), ['open', 'open']);
  assert.deepEqual(statesOf([entry, block], [redriven(block, 2)]), ['open', 're-driven']);
  assert.deepEqual(statesOf([entry, block], [redriven(entry, 2)]), ['re-driven', 'open']);
  // The event fails again in its block, which was sent again as a whole.
  const again = letter('events', 9, 0, source(0, 8192, {}));
  assert.deepEqual(statesOf([entry, block, again], [redriven(block, 2)]), [
    `superseded ${again.id}`,
    're-driven',
    'open',
  ]);
});

test('foreign messages stay foreign; one that was sent again as a block that it could not name is re-driven', () => {
  const poison = letter('selected', 1, -1, undefined);
  assert.deepEqual(statesOf([poison], []), ['foreign']);
  assert.deepEqual(statesOf([poison], [redriven(poison, 1)]), ['re-driven']);
});

test('what became of an event that came again stands in its cut flow', () => {
  assert.equal(lateFate(record({ 0: 1, 5: -1 }, 1)), 'selected');
  assert.equal(lateFate(record({ 4: 1, 5: -1 })), 'cut');
  assert.equal(lateFate(record({ 6: 1, 5: -1 })), 'dead');
  assert.equal(lateFate(record({})), 'dead', 'the same reason again');
  const again = new Settled([{ source: source(7, 1, { countedAs: 'r' }), record: record({}) }]);
  assert.equal(again.has(subjectOf(letter('events', 0, 7, source(0, 8192)), planned)), false);
  // The first entry of a block has the block's own key.
  const firstEntry = new Settled([{ source: source(0, 1, { countedAs: 'r' }), record: record({ 0: 1 }, 1) }]);
  assert.equal(firstEntry.has(subjectOf(letter('scaled', 0, -1, source(0, 8192)), planned)), false);
});
