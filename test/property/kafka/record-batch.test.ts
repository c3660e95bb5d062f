import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import fc from 'fast-check';
import { RmmError } from '../../../lib/base/error.js';
import { committedBatches } from '../../../lib/kafka/kafkajs/committed.js';
import { messagesOf, type RecordBatch, recordBatches } from '../../../lib/kafka/kafkajs/record-batch.js';

interface Encoded {
  readonly buffer: Buffer;
}

// kafkajs' own writer, as a second opinion on what is read here.
const require = createRequire(import.meta.url);
const { RecordBatch: writeBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<Encoded>;
};
const writeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded;

interface Written {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

async function batchOf(
  messages: readonly Written[],
  firstOffset: number,
  firstTimestamp: number,
): Promise<Buffer> {
  const records = messages.map((message, index) =>
    writeRecord({ ...message, offsetDelta: index, timestampDelta: index * 1000 }),
  );
  const lastOffsetDelta = messages.length - 1;
  return (
    await writeBatch({ records, firstOffset, firstTimestamp, maxTimestamp: firstTimestamp, lastOffsetDelta })
  ).buffer;
}

const written: fc.Arbitrary<Written> = fc.record({
  key: fc.option(fc.string({ unit: 'grapheme' })),
  value: fc.option(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string(), { maxKeys: 5 }),
});
const batches = fc.array(fc.array(written, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });

test('what kafkajs writes is read back, whole batches of a set that is cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.nat(2 ** 40),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (groups, start, cut) => {
        const parts: Buffer[] = [];
        const ends: number[] = [];
        let offset = start;
        for (const group of groups) {
          parts.push(await batchOf(group, offset, 1_700_000_000_000));
          offset += group.length;
          ends.push(parts.reduce((sum, part) => sum + part.length, 0));
        }
        const all = Buffer.concat(parts);
        const length = Math.floor(cut * all.length);
        const whole = ends.filter((end) => end <= length).length;
        const read = recordBatches(all.subarray(0, length));
        assert.equal(read.length, whole);
        const messages = read.flatMap((batch) => messagesOf(batch, batch.records, 0));
        const expected = groups.slice(0, whole).flat();
        assert.deepEqual(
          messages.map(({ key, value, headers }) => ({ key, value, headers: Object.fromEntries(headers) })),
          expected.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
        );
        assert.deepEqual(
          messages.map((one) => one.offset),
          expected.map((_, index) => start + index),
        );
        for (const batch of read)
          assert.deepEqual(
            messagesOf(batch, batch.records, batch.lastOffset).map(({ offset: at, timestampMs }) => [
              at,
              timestampMs,
            ]),
            [[batch.lastOffset, 1_700_000_000_000 + 1000 * (batch.count - 1)]],
          );
      },
    ),
  );
});

test('a changed byte is noticed, and random bytes end in an error or in nothing', async () => {
  const batch = await batchOf([{ key: 'k', value: Buffer.from('value'), headers: { a: 'b' } }], 5, 0);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 21, max: batch.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const changed = Buffer.from(batch);
        changed[at] = changed[at]! ^ flip;
        assert.throws(
          () => recordBatches(changed),
          (error) => error instanceof RmmError && /checksum/.test(error.message),
        );
      },
    ),
  );
  const header: RecordBatch = { ...recordBatches(batch)[0]!, count: 1000 };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.throws(() => messagesOf(header, Buffer.from(bytes), 0), RmmError);
    }),
  );
});

/** One step of a writer: a message, or the end of its transaction. */
type Step = { readonly producer: number; readonly end?: 'commit' | 'abort' };

const controlRecord = (isAbort: boolean): Buffer =>
  writeRecord({ key: Buffer.from([0, 0, 0, isAbort ? 0 : 1]), value: Buffer.from([0, 0, 0, 0, 0, 0]) })
    .buffer;

/** The log that the steps leave, and which of its offsets a reader of committed messages may see. */
function logOf(steps: readonly Step[]) {
  const log: RecordBatch[] = [];
  const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = [];
  const open = new Map<number, number[]>();
  const visible: number[] = [];
  for (const { producer, end } of steps) {
    const offset = log.length;
    const mine = open.get(producer) ?? [];
    const isControl = end !== undefined;
    if (isControl && mine.length === 0) continue;
    log.push({
      baseOffset: offset,
      lastOffset: offset,
      codec: 0,
      isTransactional: true,
      isControl,
      baseTimestampMs: 0,
      appendTimestampMs: undefined,
      producerId: producer,
      count: 1,
      records: isControl ? controlRecord(end === 'abort') : Buffer.alloc(0),
    });
    if (!isControl) open.set(producer, [...mine, offset]);
    else {
      open.delete(producer);
      if (end === 'commit') visible.push(...mine);
      else aborted.push({ producerId: producer, firstOffset: mine[0]!, lastOffset: offset });
    }
  }
  // Readers see nothing from the first offset of an open transaction on.
  const stable = Math.min(log.length, ...[...open.values()].map((offsets) => offsets[0]!));
  return {
    log: log.slice(0, stable),
    aborted,
    visible: visible.filter((at) => at < stable).sort((a, b) => a - b),
  };
}

test('only committed messages remain, from wherever one starts to read', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ producer: fc.nat(3) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        producer: fc.nat(3),
        end: fc.constantFrom('commit' as const, 'abort' as const),
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, from) => {
      const { log, aborted, visible } = logOf(steps);
      // As a broker lists them: those that reach into what is read.
      const listed = aborted.filter(({ lastOffset }) => lastOffset >= from);
      const left = committedBatches(log.slice(from), listed).map(({ baseOffset }) => baseOffset);
      assert.deepEqual(
        left,
        visible.filter((offset) => offset >= from),
      );
    }),
    { numRuns: 1000 },
  );
});
