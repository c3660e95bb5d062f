import assert from 'node:assert/strict';
import test from 'node:test';
import { hopReport } from '../../../services/kafka/hop-report.js';

const message = (bytes: number) => ({ key: null, value: new Uint8Array(bytes), headers: {} });
const letter = (reason: string) => ({ key: null, value: null, headers: { reason } });

test('a transaction is told as one, with what became of its messages', () => {
  const results = [
    { out: message(30), deadLetters: [], eventsIn: 10, eventsOut: 7, rejected: new Map([['mll', 3]]) },
    {
      out: message(20),
      deadLetters: [letter('weight_absurd'), letter('weight_absurd')],
      eventsIn: 10,
      eventsOut: 6,
      rejected: new Map([
        ['mll', 2],
        ['weight_absurd', 2],
      ]),
    },
    // A message that could not be read.
    { out: undefined, deadLetters: [letter('wire_checksum_mismatch')], eventsIn: 5, eventsOut: 5 },
  ];
  assert.deepEqual(hopReport(results, 300, 0.5), {
    eventsIn: 25,
    bytesIn: 300,
    eventsOut: 13,
    bytesOut: 50,
    seconds: 0.5,
    rejected: { mll: 5, weight_absurd: 2 },
    deadLetters: { weight_absurd: 2, wire_checksum_mismatch: 1 },
  });
});

test('what ingest reads is no message: it says itself how much', () => {
  const block = { out: message(30), deadLetters: [], eventsIn: 10, eventsOut: 10, bytesIn: 123 };
  assert.equal(hopReport([block, block], 0, 0).bytesIn, 246);
});
