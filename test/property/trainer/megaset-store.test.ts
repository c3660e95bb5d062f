import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import {
  bucketOf,
  MegasetWriter,
  readBucket,
  readMegasetPlan,
} from '../../../services/trainer/megaset-store.js';
import type { TrainingRows } from '../../../services/trainer/segment.js';

interface Row {
  readonly hashHigh: number;
  readonly hashLow: number;
  readonly source: number;
  readonly entry: number;
  readonly weight: number;
  readonly channel: number;
  readonly mask: number;
  readonly values: readonly number[];
  readonly megaset: number;
}

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const anyRow: fc.Arbitrary<Row> = fc.record({
  // Few distinct hashes, so that ties are common.
  hashHigh: fc.oneof(uint32, fc.constantFrom(0, 7, 0xffffffff)),
  hashLow: fc.constantFrom(0, 1, 0xffffffff),
  source: fc.integer({ min: 0, max: 2 }),
  entry: fc.integer({ min: 0, max: 5 }),
  // Finite even when added up, as dead letters leave it.
  weight: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  channel: fc.integer({ min: -3, max: 3 }),
  mask: uint32,
  values: fc.array(fc.float({ noNaN: true }), { maxLength: 5 }),
  megaset: fc.integer({ min: 0, max: 2 }),
});

function pack(rows: readonly Row[]): TrainingRows {
  const offsets = Int32Array.from([0, ...rows.map((row) => row.values.length)]);
  for (let index = 1; index < offsets.length; index += 1) offsets[index]! += offsets[index - 1]!;
  return {
    rows: rows.length,
    columns: 529,
    maskWords: 1,
    hashHigh: Uint32Array.from(rows, (row) => row.hashHigh),
    hashLow: Uint32Array.from(rows, (row) => row.hashLow),
    source: Int32Array.from(rows, (row) => row.source),
    entry: Float64Array.from(rows, (row) => row.entry),
    weight: Float64Array.from(rows, (row) => row.weight),
    channel: Int32Array.from(rows, (row) => row.channel),
    masks: Uint32Array.from(rows, (row) => row.mask),
    offsets,
    values: Float32Array.from(rows.flatMap((row) => row.values)),
  };
}

function unpack(packed: TrainingRows | undefined): unknown[] {
  if (packed === undefined) return [];
  return Array.from({ length: packed.rows }, (_, row) => ({
    hashHigh: packed.hashHigh[row],
    hashLow: packed.hashLow[row],
    source: packed.source[row],
    entry: packed.entry[row],
    weight: packed.weight[row],
    channel: packed.channel[row],
    mask: packed.masks[row],
    values: [...packed.values.subarray(packed.offsets[row], packed.offsets[row + 1])],
  }));
}

function compare(a: Row, b: Row): number {
  return a.hashHigh - b.hashHigh || a.hashLow - b.hashLow || a.source - b.source || a.entry - b.entry;
}

test('every row comes back once, in its bucket, in the order of (hash, source, entry), however it was added', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(60),
        async (drawn, buckets, cut) => {
          // Rows are told apart by (source, entry), as in a run.
          const seen = new Set<string>();
          const rows = drawn.filter(({ source, entry, hashHigh, hashLow }) => {
            const key = `${source} ${entry} ${hashHigh} ${hashLow}`;
            return seen.has(key) ? false : seen.add(key);
          });
          const writer = new MegasetWriter({ folder, megasets: 3, buckets });
          for (const part of [rows.slice(cut), rows.slice(0, cut)]) {
            writer.add(
              pack(part),
              Int16Array.from(part, (row) => row.megaset),
            );
          }
          const plan = await writer.finish('abs');
          assert.deepEqual(readMegasetPlan(folder), plan);
          for (let megaset = 0; megaset < 3; megaset += 1) {
            const inMegaset = rows.filter((row) => row.megaset === megaset).sort(compare);
            for (const { channel, rows: count, weight } of plan.channels[megaset]!) {
              const ofChannel = inMegaset.filter((row) => row.channel === channel);
              assert.equal(count, ofChannel.length);
              assert.equal(
                weight,
                ofChannel.reduce((sum, row) => sum + Math.abs(row.weight), 0),
              );
            }
            assert.equal(
              plan.channels[megaset]!.reduce((sum, { rows: count }) => sum + count, 0),
              inMegaset.length,
            );
            for (let bucket = 0; bucket < buckets; bucket += 1) {
              const expected = rows
                .filter((row) => row.megaset === megaset && bucketOf(row.hashHigh, buckets) === bucket)
                .sort(compare)
                .map(({ megaset: _, ...row }) => row);
              assert.deepEqual(unpack(await readBucket(folder, plan, megaset, bucket)), expected);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
