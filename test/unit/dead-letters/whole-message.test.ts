import assert from 'node:assert/strict';
import test from 'node:test';
import { split } from '../../../lib/physics/identity.js';
import { PlannedBlocks } from '../../../services/dead-letters/subject.js';
import {
  type Expectations,
  faultOf,
  markedLate,
  messageAsItWas,
  messageOfValue,
} from '../../../services/dead-letters/whole-message.js';
import type { Letter } from '../../../services/kafka/letters.js';
import { dataTopics } from '../../../services/kafka/topics.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import type { WireMessage } from '../../../services/wire/message.js';
import { decodeScaled } from '../../../services/wire/scaled.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';
import { plannedFiles } from '../../support/planned-files.js';
import { sourceOf } from '../../support/raw-blocks.js';

const { chain, messages } = chainMessages();
const expected: Expectations = { events: chain.read, selected: chain.fields, rows: chain.expected };
const shape = { seed: 7, count: 200, wide: false, amplified: true, tables: false, triggers: 1 };
const source = sourceOf(shape);
const [file] = plannedFiles(source.first + source.entries);
const planned = new PlannedBlocks([{ ...file!, name: source.file, fingerprint: source.fingerprint }]);

/** The letter of a message with some headers changed or, where undefined, lost. */
function letterOf(message: WireMessage, headers: Readonly<Record<string, string | undefined>> = {}): Letter {
  const all = Object.entries({ ...message.headers, ...headers });
  const left = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const place = { topic: 't.x', partition: 0, offset: 4, row: -1 };
  const said = { key: message.key, headers: left, bytes: message.value.length, sha256: '' };
  const more = Object.values(headers).includes(undefined) ? {} : { source };
  return { id: 't.x/0/4/-1', ...place, reason: 'r', stage: 's', message: said, ...more };
}

for (const topic of dataTopics) {
  const message = messages[topic];

  test(`${topic}: a message as it was is taken, without the position of the stage that wrote it`, () => {
    const again = messageAsItWas(letterOf(message, { in: '3', at: '[1,2,3,4,5]' }), message.value);
    assert.deepEqual(again, message);
    assert.equal(faultOf(again, topic, expected), undefined);
  });

  test(`${topic}: headers are made anew for a patched value`, () => {
    const broken = { checksum: '00000000', schema: 'other', version: '99', first: '8192', file: 'elsewhere' };
    assert.deepEqual(messageOfValue(letterOf(message, broken), topic, message.value, planned), message);
  });

  test(`${topic}: a value that is none is a dead letter again, under headers of ours`, () => {
    const garbage = Buffer.from('no batch at all');
    const again = messageOfValue(letterOf(message), topic, garbage, planned);
    assert.equal(faultOf(again, topic, expected)?.code, 'wire_message_invalid');
  });

  test(`${topic}: marked late, it is taken, and no row of it is trained on`, () => {
    const late = markedLate(message, topic, expected);
    assert.equal(faultOf(late, topic, expected), undefined);
    assert.equal(late.headers.late, 'true');
    assert.deepEqual(markedLate(late, topic, expected), late);
    if (topic !== 'features' && topic !== 'scaled') return;
    const decode = topic === 'features' ? decodeFeatures : decodeScaled;
    const { columns, record, source: of } = decode(received(late), expected.rows);
    const before = decode(received(message), expected.rows);
    assert.deepEqual(of.late, {});
    assert.ok(before.columns.split.includes(split.train), 'there is something to take from training');
    for (let row = 0; row < record.rows; row += 1) {
      const was = before.columns.split[row];
      assert.equal(columns.split[row], was === split.test ? split.test : split.none);
      assert.equal(columns.megaset[row], -1);
      assert.equal(columns.late[row], 1);
    }
    assert.deepEqual(columns.weight, before.columns.weight);
  });
}

test('a batch that says which block it is needs no headers; one that lacks what only headers say is refused', () => {
  const lost = { sample: undefined, kind: undefined, fingerprint: undefined, first: undefined };
  const { events, selected } = messages;
  assert.deepEqual(messageOfValue(letterOf(events, lost), 'events', events.value, planned), events);
  assert.throws(
    () => messageOfValue(letterOf(selected, { record: undefined }), 'selected', selected.value, planned),
    { code: 'letter_not_redrivable', message: /header record is lost; use --from-source/ },
  );
  assert.throws(() => messageOfValue(letterOf(events, lost), 'events', Buffer.from('x'), planned), {
    code: 'letter_not_redrivable',
    message: /which block/,
  });
  assert.throws(() => messageOfValue(letterOf(events), 'events', events.value, new PlannedBlocks()), {
    code: 'letter_not_redrivable',
    message: /no block of this run/,
  });
});

test('a message that nobody can read is sent without a mark', () => {
  const broken = { ...messages.features, value: Buffer.from('x') };
  assert.deepEqual(markedLate(broken, 'features', expected), broken);
});
