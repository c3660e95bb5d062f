import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../lib/learning/random.js';
import {
  type CandidateRows,
  ReferenceSample,
  type ReferenceWeighting,
} from '../../../lib/learning/scores/reference-sample.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 1000 : 100 };
const columns = 2;
const world = fc.record({
  seed: fc.nat(1e9),
  rows: fc.integer({ min: 0, max: 120 }),
  size: fc.integer({ min: 1, max: 60 }),
  weighting: fc.constantFrom<ReferenceWeighting>('uniform', 'abs'),
  /** Of so many hashes rows share some: copies of one event. */
  hashes: fc.constantFrom(3, 1000000),
});

interface Row {
  readonly source: string;
  readonly entry: number;
  readonly hash: number;
  readonly weight: number;
}

function makeRows(seed: number, count: number, hashes: number): Row[] {
  const random = new Random('sampled', [seed]);
  return Array.from({ length: count }, (_, entry) => ({
    source: `file${random.below(3)}`,
    entry,
    hash: random.below(hashes),
    weight: random.below(8) === 0 ? 0 : random.unit() - 0.3,
  }));
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

function addOne(sample: ReferenceSample, row: Row): void {
  const candidates: CandidateRows = {
    rows: 1,
    values: Float32Array.of(row.entry, row.weight),
    hashHigh: Uint32Array.of(Math.imul(row.hash, 2654435761)),
    hashLow: Uint32Array.of(row.hash),
    source: row.source,
    entries: BigInt64Array.of(BigInt(row.entry)),
    weights: Float64Array.of(row.weight),
  };
  sample.add(candidates);
}

test('a sample is the same in whatever order rows are added and parts are merged', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 6 }), ({ seed, rows, size, weighting, hashes }, parts) => {
      const options = { size, columns, weighting, seed: seed % 5 };
      const made = makeRows(seed, rows, hashes);
      const whole = new ReferenceSample(options);
      for (const row of made) addOne(whole, row);
      const random = new Random('shuffle', [seed]);
      const split = Array.from({ length: parts }, () => new ReferenceSample(options));
      for (const row of shuffled(made, random)) addOne(split[random.below(parts)]!, row);
      const merged = shuffled(split, random).reduce((left, right) => {
        left.merge(right);
        return left;
      });
      assert.deepEqual(merged.result(), whole.result());
      assert.equal(merged.offered, whole.offered);
      const weighty = made.filter(({ weight }) => weighting === 'uniform' || weight !== 0).length;
      assert.equal(whole.rows, Math.min(size, weighty));
    }),
    runs,
  );
});

test('a smaller sample is the beginning of a larger one, and rows that are masked are not offered', () => {
  fc.assert(
    fc.property(world, ({ seed, rows, size, weighting, hashes }) => {
      const made = makeRows(seed, rows, hashes);
      const [small, large] = [size, size + 20].map((one) => {
        const sample = new ReferenceSample({ size: one, columns, weighting, seed: 1 });
        for (const row of made) addOne(sample, row);
        return sample.result();
      });
      assert.deepEqual(small!.values, large!.values.slice(0, small!.rows * columns));
      const masked = new ReferenceSample({ size, columns, weighting, seed: 1 });
      masked.add({
        rows: 2,
        values: Float32Array.of(1, 2, 3, 4),
        hashHigh: Uint32Array.of(1, 2),
        hashLow: Uint32Array.of(1, 2),
        source: 'one',
        entries: BigInt64Array.of(0n, 1n),
        weights: Float64Array.of(1, 1),
        mask: Uint8Array.of(0, 1),
      });
      assert.deepEqual([...masked.result().values], [3, 4]);
    }),
    runs,
  );
});

test('uniform sampling takes every row alike, abs in proportion to the weight', () => {
  const rows = 4000;
  for (const weighting of ['uniform', 'abs'] as const) {
    const sample = new ReferenceSample({ size: 400, columns: 1, weighting, seed: 7 });
    const random = new Random('weighty', [1]);
    sample.add({
      rows,
      values: Float32Array.from({ length: rows }, (_, row) => row % 4),
      hashHigh: Uint32Array.from({ length: rows }, () => random.next()),
      hashLow: Uint32Array.from({ length: rows }, () => random.next()),
      source: 'one',
      entries: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
      // Of four rows the last has 5 of the weight 8, with a minus sign.
      weights: Float64Array.from({ length: rows }, (_, row) => (row % 4 === 3 ? -5 : 1)),
    });
    const last = sample.result().values.filter((value) => value === 3).length;
    // 400 draws: 100 +- 9 alike; about 250 +- 10 by weight, a little less since nothing is drawn twice.
    const expected = weighting === 'uniform' ? 100 : 240;
    assert.ok(Math.abs(last - expected) < 40, `${weighting}: ${last}`);
  }
});

test('another seed draws another sample', () => {
  const made = makeRows(3, 100, 1000000);
  const [first, second] = [1, 2].map((seed) => {
    const sample = new ReferenceSample({ size: 20, columns, weighting: 'uniform', seed });
    for (const row of made) addOne(sample, row);
    return [...sample.result().values];
  });
  assert.notDeepEqual(first, second);
});
