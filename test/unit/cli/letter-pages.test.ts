import assert from 'node:assert/strict';
import test from 'node:test';
import { letterList, letterObject, letterPage, redrivenText } from '../../../cli/letter-pages.js';
import type { BookedLetter } from '../../../services/dead-letters/letter-book.js';
import { plannedFiles } from '../../support/planned-files.js';

const [file] = plannedFiles(500);
const source = {
  sample: 'zee',
  kind: 'background',
  file: file!.name,
  fingerprint: file!.fingerprint,
  first: 0,
  entries: 500,
} as const;

const event: BookedLetter = {
  at: 3,
  state: 'open',
  subject: { kind: 'entry', key: `${source.fingerprint}:7`, file: file!, entry: 7 },
  letter: {
    id: 't.events/0/2/7',
    topic: 't.events',
    partition: 0,
    offset: 2,
    row: 7,
    reason: 'weight_not_finite',
    stage: 'selector',
    source,
    median_weight: 0.5,
    event: {
      record: {
        event_number: '12',
        weight: 'NaN',
        leptons: { pt: [25.123456789, 'NaN'], type: [11, 13], tight: [] },
        jets: { pt: [] },
        triggers: { trigE: 1 },
      },
    },
  },
};

const message: BookedLetter = {
  at: 4,
  state: 'superseded',
  newer: 't.scaled/1/9/-1',
  subject: { kind: 'foreign', key: 't.selected/1/5/-1' },
  letter: {
    id: 't.selected/1/5/-1',
    topic: 't.selected',
    partition: 1,
    offset: 5,
    row: -1,
    reason: 'wire_header_invalid',
    stage: 'featurizer',
    error: 'header schema is missing',
    message: { key: null, headers: { color: 'green' }, bytes: 2048, sha256: 'ab12' },
  },
};

test('a list: one line a letter, and numbers by reason', () => {
  const lines = letterList([event, message, event], 2).split('\n');
  assert.match(
    lines[2]!,
    /^t\.events\/0\/2\/7 +weight_not_finite +selector +zee +file0\.root entry 7 +open$/,
  );
  assert.match(
    lines[3]!,
    /^t\.selected\/1\/5\/-1 +wire_header_invalid +featurizer +- +2\.05 kB of no file +superseded$/,
  );
  assert.equal(lines[4], 'and 1 more (--limit)');
  assert.deepEqual(lines.slice(8), [
    'weight_not_finite               2',
    'wire_header_invalid             1',
  ]);
  assert.equal(letterList([], 5), 'no such dead letters');
});

test('a page: everything that is known, objects of the event as tables', () => {
  const text = letterPage(event);
  assert.match(text, /^id +t\.events\/0\/2\/7$/m);
  assert.match(text, /^weight +NaN$/m);
  assert.match(text, /^leptons +pt +type$/m);
  assert.match(text, /^\[0\] +25\.1235 +11$/m);
  assert.match(text, /^\[1\] +NaN +13$/m);
  assert.match(text, /^no jets$/m);
  assert.match(text, /^triggers: \{"trigE":1\}$/m);
  const whole = letterPage(message);
  assert.match(whole, /^state +superseded by t\.scaled\/1\/9\/-1$/m);
  assert.match(whole, /^error +header schema is missing$/m);
  assert.match(whole, /^color +green$/m);
});

test('an object for programs has what the list shows', () => {
  assert.deepEqual(letterObject(event), {
    id: 't.events/0/2/7',
    topic: 't.events',
    partition: 0,
    offset: 2,
    row: 7,
    reason: 'weight_not_finite',
    stage: 'selector',
    source,
    state: 'open',
    entry: 7,
  });
  assert.deepEqual((letterObject(message) as { superseded_by: string }).superseded_by, 't.scaled/1/9/-1');
});

test('what was sent again, and what a bounded run needs next', () => {
  const sent = {
    letter: event.letter.id,
    topic: 'events',
    partition: 0,
    offset: 12,
    late: true,
    outcome: 'selected',
  } as const;
  const text = redrivenText([sent], { prefix: 't', isBounded: true, dryRun: false });
  assert.match(text, /^t\.events\/0\/2\/7 +t\.events +0 +12 +yes +selected$/m);
  assert.match(text, /`rmmstream run CONFIG` takes it through/);
  const dry = redrivenText([{ ...sent, offset: undefined }], { prefix: 't', isBounded: false, dryRun: true });
  assert.match(dry, /would go to.*nothing was sent/s);
});
