import assert from 'node:assert/strict';
import test from 'node:test';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import { reasonCount } from '../../../lib/physics/selection/index.js';
import { PlannedBlocks } from '../../../services/dead-letters/subject.js';
import type { Letter } from '../../../services/kafka/letters.js';
import { OpenLetters } from '../../../services/scorer/open-letters.js';
import type { PlacedBlock } from '../../../services/scorer/scored-blocks.js';
import { plannedFiles } from '../../support/planned-files.js';

const files = plannedFiles(10_000);
const planned = new PlannedBlocks(files);
const where = { sample: 'a', kind: 'background', file: 'f', fingerprint: files[0]!.fingerprint } as const;
const whole: BlockSource = { ...where, first: 0, entries: 8192 };

function letter(offset: number, row: number, source?: BlockSource): Letter {
  const place = { topic: 't.events', partition: 0, offset, row };
  const more = source === undefined ? {} : { source };
  return { id: `t.events/0/${offset}/${row}`, ...place, reason: 'r', stage: 's', ...more };
}

function scored(source: BlockSource, flow: Readonly<Record<number, number>>, rows: number): PlacedBlock {
  const raw = Array.from({ length: reasonCount }, (_, code) => flow[code] ?? 0);
  const counts = { raw, weightHigh: raw, weightLow: raw };
  const record = { rows, flow: counts, unclassifiedJets: 0, surplusObjects: 0, rowsBySplit: [0, 0, 0, rows] };
  return { source, record, from: 0, file: 'x' };
}

function ids(letters: readonly Letter[], blocks: readonly PlacedBlock[]) {
  const open = new OpenLetters<string>(blocks, planned);
  for (const letter of letters) open.add(letter, ({ id }, as) => `${as} ${id}`);
  return {
    events: [...open.events()].flatMap(({ events }) =>
      events.map(({ place }) => place.slice('event '.length)),
    ),
    messages: open.messages().map((place) => place.slice('message '.length)),
    lostEntries: open.lostEntries,
  };
}

test('an event that was repaired is open no more; one that failed again stands under its last letter', () => {
  const first = letter(0, 7, whole);
  const again = letter(5, 0, { ...where, first: 7, entries: 1, late: { countedAs: 'weight_absurd' } });
  const block = scored(whole, { 0: 10, 6: 1 }, 10);
  assert.deepEqual(ids([first], [block]).events, [first.id]);
  const failed = scored(again.source!, { 6: 0 }, 0);
  assert.deepEqual(ids([first, again], [block, failed]).events, [again.id]);
  assert.deepEqual(ids([again, first], [failed, block]).events, [again.id], 'in any order');
  const repaired = scored(again.source!, { 0: 1, 6: -1 }, 1);
  assert.deepEqual(ids([first, again], [block, failed, repaired]).events, []);
});

test('entries of a block that is a dead letter as a whole are counted once, foreign messages not at all', () => {
  const twice = [letter(1, -1, whole), letter(2, -1, whole)];
  const foreign = [letter(3, -1), letter(4, -1, { ...whole, fingerprint: 'f'.repeat(64) })];
  const late = letter(6, -1, { ...where, first: 9, entries: 1, late: { countedAs: 'weight_absurd' } });
  const found = ids([...twice, ...foreign, late], []);
  assert.equal(found.lostEntries, 8192);
  assert.equal(found.messages.length, 5);
  const through = ids([...twice, ...foreign], [scored({ ...whole, late: {} }, { 0: 10 }, 10)]);
  assert.deepEqual(
    through,
    { events: [], messages: foreign.map(({ id }) => id), lostEntries: 0 },
    'sent again and scored',
  );
});
