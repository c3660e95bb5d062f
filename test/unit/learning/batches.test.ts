import assert from 'node:assert/strict';
import test from 'node:test';
import {
  BatchWalk,
  bucketSource,
  createBatch,
  memorySource,
  type ShuffleKey,
  type TrainingRows,
} from '../../../lib/learning/batches.js';
import { afterEpoch, startStopping } from '../../../lib/learning/early-stopping.js';
import { permutation, Random } from '../../../lib/learning/random.js';
import {
  sampleWeight,
  sumByChannel,
  sumSampleWeights,
  weightScale,
} from '../../../lib/learning/sample-weights.js';
import { expectError } from './expect-error.js';
import { bucketOf, makeRows, sliceRows, smallSetup } from './fixtures.js';

const data = makeRows(3, 107, 12);
const { plan } = smallSetup(data);

interface Seen {
  readonly x: Float32Array;
  readonly weights: Float32Array;
  readonly real: number;
}

async function run(
  parts: readonly TrainingRows[],
  size: number,
  key?: ShuffleKey,
  skip = 0,
): Promise<Seen[]> {
  const source = bucketSource(plan, parts.map(bucketOf), size, { mode: 'abs', scale: 2 });
  return seenOf(source.batches(key, skip));
}

async function seenOf(batches: AsyncIterable<Seen>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { x, weights, real } of batches)
    seen.push({ x: x.slice(), weights: weights.slice(), real });
  return seen;
}

/** Every real row with its weight as text, so that sets of rows can be compared. */
function rowsIn(seen: readonly Seen[]): string[] {
  return seen.flatMap(({ x, weights, real }) =>
    Array.from({ length: real }, (_, row) =>
      [weights[row], ...x.subarray(row * plan.width, (row + 1) * plan.width)].join(),
    ),
  );
}

test('one batch after another holds every row once, and only the last is padded, with zero weight', async () => {
  const seen = await run([data], 20);
  assert.deepEqual(
    seen.map((batch) => batch.real),
    [20, 20, 20, 20, 20, 7],
  );
  assert.ok(seen[5]!.weights.subarray(7).every((weight) => weight === 0));
  assert.ok(seen[5]!.x.subarray(7 * plan.width).every((value) => value === 0));
  assert.equal(seen[0]!.weights[4], Math.fround(2 * Math.abs(data.weights[4]!)));
});

test('batches run on from bucket to bucket, so the cut into buckets leaves no tails', async () => {
  const whole = await run([data], 20);
  const cut = await run([sliceRows(data, 0, 33), sliceRows(data, 33, 34), sliceRows(data, 34, 107)], 20);
  assert.deepEqual(cut, whole);
});

test('the shuffle holds every row once, repeats for the same key and differs for any other', async () => {
  const key = { seed: 1, pass: 0, megaset: 2, epoch: 3 };
  const parts = [sliceRows(data, 0, 50), sliceRows(data, 50, 107)];
  const shuffled = rowsIn(await run(parts, 20, key));
  assert.deepEqual([...shuffled].sort(), rowsIn(await run([data], 20)).sort());
  assert.deepEqual(rowsIn(await run(parts, 20, key)), shuffled);
  for (const name of ['seed', 'pass', 'megaset', 'epoch'] as const) {
    const other = rowsIn(await run(parts, 20, { ...key, [name]: key[name] + 1 }));
    assert.notDeepEqual(other, shuffled, name);
  }
});

test('batches that are skipped leave the others as they are, and their buckets are not loaded', async () => {
  const key = { seed: 1, pass: 0, megaset: 2, epoch: 3 };
  const parts = [sliceRows(data, 0, 50), sliceRows(data, 50, 80), sliceRows(data, 80, 107)];
  const whole = await run(parts, 10, key);
  for (let skip = 0; skip <= whole.length; skip++)
    assert.deepEqual(await run(parts, 10, key, skip), whole.slice(skip), `${skip} skipped`);
  let loads = 0;
  const buckets = parts.map((part) => ({
    ...bucketOf(part),
    load: () => {
      loads++;
      return part;
    },
  }));
  await seenOf(bucketSource(plan, buckets, 10, { mode: 'abs', scale: 2 }).batches(key, 9));
  assert.equal(loads, 1);
});

test('a bucket is asked for ahead when the one before it is there, and the last one is told of', async () => {
  const heard: string[] = [];
  const parts = [sliceRows(data, 0, 50), sliceRows(data, 50, 80), sliceRows(data, 80, 107)];
  const buckets = parts.map((part, index) => ({
    ...bucketOf(part),
    load: () => {
      heard.push(`load ${index}`);
      return part;
    },
    ahead: () => heard.push(`ahead ${index}`),
  }));
  const onLast = () => heard.push('last');
  const weighing = { mode: 'abs', scale: 1 } as const;
  const walk = new BatchWalk(plan, buckets, { weighing, key: undefined, skipRows: 0, onLast });
  const batch = createBatch(20, plan.width);
  while (await walk.fill(batch));
  assert.deepEqual(heard, ['load 0', 'ahead 1', 'load 1', 'ahead 2', 'load 2', 'last']);
});

test('permutations are even: each value comes to each place about equally often', () => {
  const counts = Array.from({ length: 5 }, () => new Float64Array(5));
  const random = new Random('test', [1]);
  const trials = 20_000;
  for (let trial = 0; trial < trials; trial++) {
    permutation(5, random).forEach((value, place) => {
      counts[place]![value]! += 1;
    });
  }
  // 25 counts of mean 4000 and standard deviation 57; chi2 with 16 degrees of freedom stays below 48.
  const chi2 = counts.flatMap((row) => [...row]).reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0);
  assert.ok(chi2 < 48, `chi2 ${chi2}`);
});

test('the generator is xoshiro128**: the published first outputs for the state 1, 2, 3, 4', () => {
  const random = new Random('test', []);
  (random as unknown as { state: Uint32Array }).state.set([1, 2, 3, 4]);
  assert.deepEqual(
    Array.from({ length: 4 }, () => random.next()),
    [11520, 0, 5927040, 70819200],
  );
});

test('draws below a count are even, also where the count does not divide 2^32', () => {
  const random = new Random('test', [2]);
  const counts = new Float64Array(3);
  for (let draw = 0; draw < 30_000; draw++) counts[random.below(3)]! += 1;
  assert.ok(counts.every((count) => Math.abs(count - 10_000) < 5 * 82));
});

test('sample weights: absolute value, none, clipped at 0; mean 1 after scaling', () => {
  const weights = Float64Array.of(2, -1, 0.5);
  assert.deepEqual(
    (['abs', 'none', 'clip'] as const).map((mode) =>
      [...weights].map((weight) => sampleWeight(weight, mode)),
    ),
    [
      [2, 1, 0.5],
      [1, 1, 1],
      [2, 0, 0.5],
    ],
  );
  assert.deepEqual(sampleWeight(-3, 'balanced'), 3);
  assert.equal(sumSampleWeights(weights, 'clip') * weightScale(3, 2.5, 'megaset 0'), 3);
  expectError(() => weightScale(0, 0, 'megaset 4'), 'training_rows_unusable', /megaset 4 has 0 rows/);
  expectError(() => weightScale(3, 0, 'megaset 4'), 'training_rows_unusable', /sum of sample weights of 0/);
});

test('balanced weights give every channel of a megaset the same total, with mean 1', async () => {
  const channels = Int32Array.from(data.weights, (_, row) => (row % 9 === 0 ? 5 : row % 4 === 0 ? -2 : 8));
  // A channel without weight has no total to give.
  const weights = data.weights.map((weight, row) => (row > 100 ? 0 : weight));
  channels.fill(77, 101);
  const rows = { ...data, weights, channels };
  const source = memorySource(plan, [sliceRows(rows, 0, 40), sliceRows(rows, 40, 107)], 107, 'balanced');
  const [batch] = await seenOf(source.batches(undefined, 0));
  for (const channel of [5, -2, 8]) {
    const total = batch!.weights.reduce(
      (sum, weight, row) => sum + (channels[row] === channel ? weight : 0),
      0,
    );
    assert.ok(Math.abs(total / (107 / 3) - 1) < 1e-6, `channel ${channel}: ${total}`);
  }
  assert.ok(batch!.weights.subarray(101).every((weight) => weight === 0));
  // Within a channel the events keep their proportions.
  assert.ok(
    Math.abs(batch!.weights[9]! / batch!.weights[18]! / Math.abs(weights[9]! / weights[18]!) - 1) < 1e-6,
  );
});

test('sums by channel do not depend on how rows are cut, and add up to the sum of all', () => {
  const weights = Float64Array.of(0.1, -0.2, 0.3, 0.4, 0.7);
  const channels = Int32Array.of(3, 1, 3, 2, 1);
  const whole = sumByChannel(weights, channels, 'abs');
  const first = sumByChannel(weights.subarray(0, 2), channels.subarray(0, 2), 'abs');
  assert.deepEqual(sumByChannel(weights.subarray(2), channels.subarray(2), 'abs', first), whole);
  assert.deepEqual(whole, [
    { channel: 1, rows: 2, weight: 0.2 + 0.7 },
    { channel: 2, rows: 1, weight: 0.4 },
    { channel: 3, rows: 2, weight: 0.1 + 0.3 },
  ]);
});

test('early stopping waits for `patience` epochs without an improvement of more than minDelta', () => {
  const options = { patience: 2, minDelta: 0.1 };
  const losses = [1, 0.8, 0.75, 0.71, 0.2];
  let state = startStopping;
  const stops = losses.map((loss, epoch) => {
    state = afterEpoch(state, options, epoch, loss);
    return state.stop;
  });
  assert.deepEqual(stops, [false, false, false, true, false]);
  assert.deepEqual(state, { best: 0.2, bestEpoch: 4, stop: false });
  let never = startStopping;
  for (let epoch = 0; epoch < 50; epoch++) never = afterEpoch(never, { patience: 0, minDelta: 0 }, epoch, 1);
  assert.equal(never.stop, false);
});
