import assert from 'node:assert/strict';
import test from 'node:test';
import { SplitColumns, split } from '../../../lib/physics/identity.js';
import { createRowColumns } from '../../../services/featurizer/row-columns.js';
import { trainingPart, validationShareOf } from '../../../services/trainer/training-part.js';

const cells = {
  rows: 5,
  columns: 9,
  maskWords: 2,
  masks: Uint32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50),
  offsets: Int32Array.of(0, 1, 1, 3, 4, 6),
  values: Float32Array.of(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 99),
};

test('training rows keep their megaset, some validation rows go behind them, all else is left out', () => {
  const columns = createRowColumns(5);
  columns.split.set([split.train, split.test, split.validation, split.train, split.validation]);
  columns.megaset.set([2, -1, -1, 0, -1]);
  columns.hash_high.set([7, 8, 0x40000000, 0xffffffff, 0xc0000000]);
  columns.hash_low.set([1, 2, 3, 4, 5]);
  columns.weight.set([0.1, 0.2, 0.3, -0.4, 0.5]);
  columns.channel.set([11, 12, 13, 14, 15]);
  columns.entry.set([10n, 11n, 12n, 13n, 14n]);
  const { rows, megaset } = trainingPart(cells, columns, 6, { megasets: 3, validationShare: 0.5 });
  assert.deepEqual(megaset, Int16Array.of(2, 3, 0));
  assert.deepEqual(rows, {
    rows: 3,
    columns: 9,
    maskWords: 2,
    hashHigh: Uint32Array.of(7, 0x40000000, 0xffffffff),
    hashLow: Uint32Array.of(1, 3, 4),
    source: Int32Array.of(6, 6, 6),
    entry: Float64Array.of(10, 12, 13),
    weight: Float64Array.of(0.1, 0.3, -0.4),
    channel: Int32Array.of(11, 13, 14),
    masks: Uint32Array.of(1, 10, 3, 30, 4, 40),
    offsets: Int32Array.of(0, 1, 3, 4),
    values: Float32Array.of(0.5, 1.5, 2.5, 3.5),
  });
});

test('entries are exact as far as numbers are, wherever their column lies in memory', () => {
  const entries = [0n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 2n ** 53n - 1n, -1n];
  const count = entries.length;
  const columns = createRowColumns(count);
  columns.split.fill(split.train);
  const whole = new BigInt64Array(count + 3);
  whole.set(entries, 1);
  const entry = whole.subarray(1, count + 1);
  const offsets = new Int32Array(count + 1);
  const rowsOf = { rows: count, columns: 9, maskWords: 0, masks: new Uint32Array(0), offsets };
  const empty = { ...rowsOf, values: new Float32Array(0) };
  const { rows } = trainingPart(empty, { ...columns, entry }, 0, { megasets: 1, validationShare: 1 });
  assert.deepEqual(rows.entry, Float64Array.from(entries, Number));
});

test('the share of validation rows leaves about as many as wanted, and never more than there are', () => {
  assert.equal(validationShareOf(1000, 250), 0.25);
  assert.equal(validationShareOf(100, 250), 1);
  assert.equal(validationShareOf(0, 250), 1);
});

test('the sample of validation rows keeps the channel mix, and so does every megaset', () => {
  // Channels in very unequal numbers, split and dealt by the hash of a run.
  const events = new Map([
    [361106, 60_000],
    [410000, 20_000],
    [363490, 4_000],
    [345323, 800],
  ]);
  const count = [...events.values()].reduce((sum, number) => sum + number, 0);
  const identity = {
    count,
    run: new Int32Array(count).fill(284500),
    event: BigInt64Array.from({ length: count }, (_, row) => BigInt(row)),
    channel: Int32Array.from([...events].flatMap(([channel, number]) => Array(number).fill(channel))),
  };
  const megasets = 4;
  const hashed = new SplitColumns().fill(identity, undefined, megasets);
  const columns = createRowColumns(count);
  columns.channel.set(identity.channel);
  columns.split.set(hashed.split.subarray(0, count));
  columns.megaset.set(hashed.megaset.subarray(0, count));
  columns.hash_high.set(hashed.high.subarray(0, count));
  const offsets = new Int32Array(count + 1);
  const empty = {
    rows: count,
    columns: 9,
    maskWords: 0,
    masks: new Uint32Array(0),
    offsets,
    values: new Float32Array(0),
  };
  const share = 0.3;
  const { rows, megaset } = trainingPart(empty, columns, 0, { megasets, validationShare: share });
  for (const [channel, number] of events) {
    const inPart = (part: number) =>
      megaset.reduce((sum, of, row) => sum + (of === part && rows.channel[row] === channel ? 1 : 0), 0);
    const near = (found: number, expected: number, what: string) =>
      assert.ok(
        Math.abs(found - expected) < 5 * Math.sqrt(expected),
        `${what} of ${channel}: ${found}, ${expected}`,
      );
    near(inPart(megasets), number * 0.8 * 0.1 * share, 'validation rows');
    for (let part = 0; part < megasets; part += 1)
      near(inPart(part), (number * 0.8 * 0.9) / megasets, `megaset ${part}`);
  }
});
