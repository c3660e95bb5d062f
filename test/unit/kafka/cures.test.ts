import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { apiOf, WireEncoder } from '../../../lib/kafka/kafkajs/internals.js';
import { plainKafkajs } from '../../support/kafka/plain-kafkajs.js';

interface Produce {
  protocol(choice: { version: number }): (args: unknown) => {
    readonly request: { encode(): Promise<{ readonly buffer: Buffer }> };
  };
}

const plainProduce = plainKafkajs<Produce>('kafkajs/src/protocol/requests/produce');
const PlainEncoder = plainKafkajs<typeof WireEncoder>('kafkajs/src/protocol/encoder');

function ask(
  messages: readonly { key: string | null; value: Buffer | null; headers: object }[],
  compression = 0,
) {
  const partitions = [
    {
      partition: 3,
      firstSequence: 17,
      messages: messages.map((one) => ({ ...one, timestamp: '1700000000000' })),
    },
  ];
  return {
    transactionalId: 'id',
    producerId: '12345',
    producerEpoch: 2,
    acks: -1,
    timeout: 1000,
    compression,
    topicData: [{ topic: 'events', partitions }],
  };
}

async function bothWays(args: unknown): Promise<readonly [Buffer, Buffer]> {
  const { version, call } = apiOf('Produce');
  const cured = await call(args).request.encode();
  const plain = await plainProduce.protocol({ version })(args).request.encode();
  return [cured.buffer, plain.buffer];
}

test('the plain client is another one', () => {
  assert.notEqual(PlainEncoder, WireEncoder);
  assert.notEqual(
    (PlainEncoder.prototype as { ensureAvailable?: unknown }).ensureAvailable,
    (WireEncoder.prototype as { ensureAvailable?: unknown }).ensureAvailable,
  );
});

test('record batches are the same, byte for byte, with and without the cures', async () => {
  const message = fc.record({
    key: fc.option(fc.string({ unit: 'grapheme' })),
    value: fc.option(fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes))),
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ unit: 'grapheme' }), {
      maxKeys: 4,
    }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0, 1),
      async (messages, compression) => {
        const [cured, plain] = await bothWays(ask(messages, compression));
        assert.ok(cured.equals(plain));
      },
    ),
  );
});

test('so are large ones, around every size at which buffers grow', async () => {
  for (const size of [100_000, 1_048_575, 1_048_576, 1_048_577, 4_000_000]) {
    const value = randomBytes(size);
    const [cured, plain] = await bothWays(ask([{ key: 'key', value, headers: { sample: 'zee' } }]));
    assert.ok(cured.equals(plain), `${size} bytes`);
  }
});
