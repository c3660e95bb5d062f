import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { FetchedMessage } from '../../../lib/kafka/client.js';
import { recordOfLetter } from '../../../services/dead-letters/repaired-event.js';
import { eventLetter, letterMessage, readLetter, wholeLetter } from '../../../services/kafka/letters.js';

const place = { topic: 't.events', partition: 1 };
const error = new RmmError('wire_message_invalid', 'x'.repeat(100_000));
const source = {
  sample: 'a',
  kind: 'background',
  file: 'f',
  fingerprint: 'c',
  first: '0',
  entries: '3',
};

function message(bytes: number, headers: Readonly<Record<string, string>> = {}): FetchedMessage {
  const value = new Uint8Array(bytes).fill(0xfe);
  return { offset: 7, timestampMs: 0, key: null, value, headers: new Map(Object.entries(headers)) };
}

test('a letter holds the body up to 512 KB', () => {
  const whole = wholeLetter(message(512 << 10), place, 'selector', error, 16 << 20);
  assert.equal(Buffer.from(whole.message!.body_base64!, 'base64').length, 512 << 10);
  const large = wholeLetter(message((512 << 10) + 1), place, 'selector', error, 16 << 20);
  assert.equal(large.message!.body_base64, undefined);
  assert.equal(large.message!.bytes, (512 << 10) + 1);
});

test('a letter fits the limit of its topic, whatever the message is', () => {
  const strange = '\u0000'.repeat(1 << 20);
  const headers = { ...source, file: strange, [strange]: strange, more: strange };
  for (const limit of [65_536, 100_000, 700_000])
    for (const bytes of [0, 40_000, 60_000, 500_000]) {
      const foreign = { ...message(bytes, headers), key: strange };
      const letter = wholeLetter(foreign, place, 'selector', error, limit);
      const written = letterMessage(letter);
      assert.ok(written.value!.length + 1_000 <= limit, `${written.value!.length} bytes, limit ${limit}`);
      assert.equal(letter.source, undefined, 'no file has such a name');
    }
  const fits = wholeLetter(message(40_000, source), place, 'selector', error, 65_536);
  assert.ok(fits.message!.body_base64 !== undefined);
  assert.equal(fits.source?.entries, 3);
});

test('an event with more objects than a letter takes is named by its place', () => {
  const block = {
    ...source,
    kind: 'background',
    file: 'p'.repeat(1000),
    first: 8192,
    entries: 8192,
  } as const;
  const events = { topic: 't.events', partition: 1, offset: 7 };
  const letterOf = (objects: number, limit: number) => {
    const record = { weight: 'NaN', leptons: { pt: new Array(objects).fill(100.123456789) } };
    const line = JSON.stringify({
      key: 'c:8200',
      reason: 'weight_not_finite',
      stage: 'selector',
      entry: 8200,
      record,
    });
    return eventLetter(line, events, block, 0.5, limit);
  };
  assert.doesNotThrow(() => recordOfLetter(letterOf(3_000, 65_536)));
  for (const [objects, limit] of [
    [5_000, 65_536],
    [100_000, 16 << 20],
  ] as const) {
    const letter = letterOf(objects, limit);
    assert.ok(letterMessage(letter).value!.length + 1_000 <= 65_536);
    assert.equal(letter.id, 't.events/1/7/8');
    assert.throws(() => recordOfLetter(letter), {
      code: 'letter_not_redrivable',
      message: /does not hold the event \(its values take \d+ bytes.*--file/,
    });
  }
});

test('headers of ours are kept whole', () => {
  const ours = { ...source, file: 'p'.repeat(1000), record: JSON.stringify(new Array(24).fill(1 / 3)) };
  const letter = wholeLetter(message(10, ours), place, 'scaler', error, 65_536);
  assert.deepEqual(letter.message!.headers, ours);
});

test('a letter is read as it was written; what is none of ours is none', () => {
  const letter = wholeLetter(message(10, source), place, 'scaler', error, 65_536);
  const { key, value, headers } = letterMessage(letter);
  const stored = { offset: 0, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)) };
  assert.deepEqual(readLetter(stored), letter);
  const changed = (more: object) =>
    readLetter({ ...stored, value: Buffer.from(JSON.stringify({ ...letter, ...more })) });
  for (const more of [{ id: 3 }, { row: 'x' }, { row: -2 }, { offset: undefined }, { partition: 0.5 }])
    assert.equal(changed(more), undefined, JSON.stringify(more));
  assert.equal(readLetter({ ...stored, headers: new Map() }), undefined);
});
