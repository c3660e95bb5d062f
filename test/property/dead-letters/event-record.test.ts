import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { reason } from '../../../lib/physics/selection/index.js';
import { type EventRecord, eventOfRecord } from '../../../services/dead-letters/event-record.js';
import { EventWidener, type IdentifiedEvents } from '../../../services/ingest/event-widener.js';
import type { EventFields } from '../../../services/ingest/needed.js';
import type { RawEvents } from '../../../services/ingest/raw-events.js';
import { deadLetterLines } from '../../../services/selector/dead-letters.js';
import { decodeEvents, encodeEvents } from '../../../services/wire/events.js';
import { received } from '../../support/message-chain.js';
import { type RawShape, rawEvents, rawShape, sourceOf } from '../../support/raw-blocks.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 500 : 40;

function fieldsOf(raw: RawEvents): EventFields {
  return {
    leptons: [...raw.leptons.columns.keys()],
    jets: [...raw.jets.columns.keys()],
    triggers: Object.keys(raw.triggers),
  };
}

/** The records of all events of a block, as their dead letters would hold them. */
function recordsOf(events: IdentifiedEvents, shape: RawShape): EventRecord[] {
  const all = new Uint8Array(events.count).fill(reason.unphysical);
  return deadLetterLines(events, all, sourceOf(shape)).map(
    (line) => (JSON.parse(line) as { record: EventRecord }).record,
  );
}

/** Every number of an event, under the name of its column. */
function numbersOf(events: IdentifiedEvents, index: number): Record<string, unknown> {
  const group = ({ offsets, ...columns }: { readonly offsets: Int32Array }) =>
    Object.fromEntries(
      Object.entries(columns as Record<string, Float64Array>).map(([name, values]) => [
        name,
        Array.from(values.subarray(offsets[index], offsets[index + 1])),
      ]),
    );
  const { run, event, keyEvent, channel, weight, met, metPhi, leptons, jets, triggers } = events;
  return {
    ...Object.fromEntries(
      Object.entries({ run, event, keyEvent, channel, weight, met, metPhi }).map(([name, values]) => [
        name,
        values[index],
      ]),
    ),
    triggers: Object.entries(triggers).map(([name, fired]) => [name, fired[index]]),
    leptons: group(leptons),
    jets: group(jets),
  };
}

test('an event that comes back from its dead letter, alone in a message, widens to the same bits', () => {
  fc.assert(
    fc.property(rawShape, (shape) => {
      const raw = rawEvents(shape);
      const fields = fieldsOf(raw);
      const events = new EventWidener().widen(raw);
      for (const [index, record] of recordsOf(events, shape).entries()) {
        const broken = Object.values(record).includes('NaN') || Object.values(record).includes('Infinity');
        if (broken) {
          assert.throws(() => eventOfRecord(record, fields), { code: 'letter_patch_invalid' });
          continue;
        }
        const alone = eventOfRecord(record, fields);
        const source = { ...sourceOf(shape), first: sourceOf(shape).first + index, entries: 1 };
        const late = { ...source, late: { countedAs: 'weight_absurd' } };
        const message = encodeEvents({ source: late, medianWeight: 0.25, events: alone });
        const back = decodeEvents(received(message), fields);
        assert.deepEqual(back.source, late);
        const found = numbersOf(new EventWidener().widen(back.events), 0);
        assert.deepEqual(found, numbersOf(events, index));
      }
    }),
    { numRuns },
  );
});

test('what is not whole is refused by name', () => {
  const shape: RawShape = { seed: 5, count: 40, wide: true, amplified: false, tables: true, triggers: 1 };
  const raw = rawEvents(shape);
  const fields = fieldsOf(raw);
  const records = recordsOf(new EventWidener().widen(raw), shape);
  const record = records.find(
    ({ weight, leptons }) => typeof weight === 'number' && (leptons as { pt: unknown[] }).pt.length > 1,
  )!;
  const leptons = record.leptons as Record<string, unknown[]>;
  const changes: readonly (readonly [object, RegExp])[] = [
    [{ weight: 'NaN' }, /weight is "NaN".*--set weight=NUMBER/],
    [{ met: undefined }, /met is not there/],
    [{ channel: 1.5 }, /channel is 1.5/],
    [{ event_number: 'x' }, /event_number/],
    [{ event_number: '9223372036854775808' }, /event_number/],
    [{ leptons: { ...leptons, pt: [...leptons.pt!, 1] } }, /where leptons.pt has/],
    [{ leptons: { ...leptons, eta: 3 } }, /leptons.eta is 3/],
    [{ leptons: { ...leptons, wings: [1, 2] } }, /leptons.wings is no column/],
    [
      { leptons: { ...leptons, tight: leptons.pt!.map(() => 2) } },
      /leptons.tight\[0\] is 2, expected 0 or 1/,
    ],
    [{ leptons: { ...leptons, ptcone30: undefined } }, /leptons.ptcone30/],
    [{ jets: [] }, /jets is \[\], expected an object/],
    [{ triggers: {} }, /triggers.trig0 is not there/],
  ];
  assert.doesNotThrow(() => eventOfRecord(record, fields));
  for (const [change, message] of changes)
    assert.throws(() => eventOfRecord({ ...record, ...change }, fields), {
      code: 'letter_patch_invalid',
      message,
    });
});
