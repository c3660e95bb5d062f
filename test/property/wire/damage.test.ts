import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import { RmmError } from '../../../lib/base/error.js';
import { decodeIndex, encodeIndex, indexLength } from '../../../lib/columnar/arrow/batch-index.js';
import { bindCells } from '../../../lib/learning/expand.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { Random } from '../../../lib/learning/random.js';
import { PatternTable } from '../../../lib/physics/patterns.js';
import { MomentsOperator } from '../../../services/scaler/operator.js';
import { trainingPart } from '../../../services/trainer/training-part.js';
import { decodeEvents } from '../../../services/wire/events.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import { type IncomingMessage, type WireMessage, wireReasons } from '../../../services/wire/message.js';
import { decodeScaled } from '../../../services/wire/scaled.js';
import { decodeSelected } from '../../../services/wire/selected.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const mutations = long ? 60_000 : 1500;
const { chain, scaler, messages } = chainMessages();
const { expected } = chain;
const plan = planExpansion(scaler);
const patterns = new PatternTable(expected.layout.columns, expected.layout.maskWords);
const moments = new MomentsOperator(expected.layout, 'none');

/** Reads a message and does with it what the next stage does. */
const stages: Readonly<Record<keyof typeof messages, (message: IncomingMessage) => unknown>> = {
  events: (message) => {
    const decoded = decodeEvents(message, chain.read);
    chain.select(message);
    return decoded;
  },
  selected: (message) => {
    const decoded = decodeSelected(message, chain.fields);
    chain.featurize(message);
    return decoded;
  },
  features: (message) => {
    const decoded = decodeFeatures(message, expected);
    moments.process(decoded.features, decoded.columns, decoded.source);
    return decoded;
  },
  scaled: (message) => {
    const decoded = decodeScaled(message, expected);
    trainingPart(decoded.scaled, decoded.columns, 0, { ...expected, validationShare: 1 });
    bindCells(plan, { ...patterns.rows(decoded.scaled), scaler: decoded.scaled.scaler });
    return decoded;
  },
};

/** What may be thrown at a stage by a message that nobody of ours has written. */
const refusals = [...wireReasons, 'scaler_mismatch', 'feature_not_finite'];

/** Runs a stage on a message; true where it was refused with one of the codes. Memory stays in proportion. */
function isRefused(stage: (message: IncomingMessage) => unknown, message: IncomingMessage): boolean {
  const before = process.memoryUsage();
  let refused = false;
  try {
    stage(message);
  } catch (error) {
    if (!(error instanceof RmmError) || !refusals.includes(error.code)) throw error;
    refused = true;
  }
  const after = process.memoryUsage();
  const grown = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
  const limit = 30 * (message.value?.length ?? 0) + 8_000_000;
  assert.ok(grown < limit, `${grown} bytes for a message of ${message.value?.length}`);
  return refused;
}

/** The same bytes with the checksums that they now should have, so that what lies behind is put to the test. */
function resealed({ key, value, headers }: IncomingMessage, original: Uint8Array): IncomingMessage {
  const bytes = value!;
  const length = indexLength(original.subarray(original.length - 24), original.length, 'test');
  const index = decodeIndex(original.subarray(original.length - length), original.length, 'test');
  const [entry] = index.batches;
  const schema = bytes.subarray(0, index.schemaBytes);
  const body = bytes.subarray(entry!.offset, entry!.offset + entry!.bytes);
  bytes.set(
    encodeIndex({ ...index, schemaCrc: crc32(schema), batches: [{ ...entry!, crc: crc32(body) }] }),
    bytes.length - length,
  );
  const checksum = crc32(bytes).toString(16).padStart(8, '0');
  return { key, value: bytes, headers: new Map([...headers, ['checksum', checksum]]) };
}

/** Changes a few bytes: most often in the metadata, where counts and places stand. */
function mutate(bytes: Uint8Array, random: Random): void {
  const changes = 1 + random.below(4);
  for (let i = 0; i < changes; i += 1) {
    const end = random.below(4) === 0 ? bytes.length : Math.min(bytes.length, 9000);
    const at = random.below(end);
    const value = [0, 1, 0x7f, 0x80, 0xff, random.below(256)][random.below(6)]!;
    bytes[at] = value;
    if (random.below(3) === 0) bytes.fill(value, at, Math.min(bytes.length, at + 1 + random.below(8)));
  }
}

function attempt(
  topic: keyof typeof messages,
  seed: number,
  change: (message: IncomingMessage, random: Random) => IncomingMessage,
): boolean {
  const random = new Random('damage', [seed]);
  const message = change(received(messages[topic], 0), random);
  try {
    return isRefused(stages[topic], message);
  } catch (error) {
    throw new Error(`${topic}, seed ${seed}: ${String(error)}`, { cause: error });
  }
}

for (const topic of Object.keys(messages) as (keyof typeof messages)[]) {
  const original: WireMessage = messages[topic];

  test(`${topic}: a message that was changed on its way is refused`, () => {
    let refused = 0;
    for (let seed = 0; seed < mutations / 5; seed += 1) {
      const same = attempt(topic, seed, (message, random) => {
        do mutate(message.value!, random);
        while (Buffer.compare(message.value!, original.value) === 0);
        return message;
      });
      refused += Number(same);
    }
    assert.equal(refused, Math.floor(mutations / 5));
  });

  test(`${topic}: a message that was made badly, with sound checksums, is refused or used, never more`, () => {
    let refused = 0;
    for (let seed = 0; seed < mutations; seed += 1) {
      refused += Number(
        attempt(topic, seed, (message, random) => {
          mutate(message.value!, random);
          return resealed(message, original.value);
        }),
      );
    }
    assert.ok(refused > mutations / 4, `${refused} of ${mutations} were refused`);
  });

  test(`${topic}: headers that were changed are refused, or say the same`, () => {
    const names = Object.keys(original.headers);
    const values = [
      '',
      '0',
      '-1',
      '1',
      '2',
      '1e99',
      'NaN',
      '__proto__',
      '{}',
      'null',
      '[',
      'data',
      'x'.repeat(99),
    ];
    const decoded = stages[topic](received(original));
    for (const name of names) {
      for (const value of [
        undefined,
        ...values,
        original.headers[name]!.slice(1),
        `${original.headers[name]} `,
      ]) {
        const headers = new Map(Object.entries(original.headers));
        if (value === undefined) headers.delete(name);
        else headers.set(name, value);
        const message = { ...received(original), headers };
        if (isRefused(stages[topic], message)) continue;
        // The median weight alone is in the headers only; numbers may be written in several ways.
        if (name !== 'median_weight') assert.deepEqual(stages[topic](message), decoded, `${name}: ${value}`);
      }
    }
    for (const key of [null, '', `${original.key}0`])
      assert.ok(isRefused(stages[topic], { ...received(original), key }));
    assert.ok(isRefused(stages[topic], { ...received(original), value: null }));
    assert.ok(isRefused(stages[topic], { ...received(original), value: new Uint8Array(0) }));
    for (const other of Object.values(messages))
      assert.equal(isRefused(stages[topic], received(other)), other !== original);
  });

  test(`${topic}: a message that was cut anywhere is refused, with a sound checksum too`, () => {
    for (let length = 0; length < original.value.length; length += long ? 1 : 97) {
      const value = original.value.slice(0, length);
      const headers = new Map(Object.entries(original.headers));
      headers.set('checksum', crc32(value).toString(16).padStart(8, '0'));
      assert.ok(isRefused(stages[topic], { key: original.key, value, headers }), `cut to ${length}`);
    }
  });
}
