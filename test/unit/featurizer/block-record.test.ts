import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CutFlow, reason, reasonCount, reasonNames } from '../../../lib/physics/selection/index.js';
import {
  type BlockRecord,
  countSplits,
  mergeBlocks,
  mergeRecords,
} from '../../../services/featurizer/block-record.js';
import { rangesOfBlocks } from '../../../services/pipeline/block-ranges.js';
import { flowFromRecord, flowRecord, mergeFlows } from '../../../services/selector/flow-record.js';

function recordOf(weights: readonly number[], surplusObjects = 0): BlockRecord {
  const flow = new CutFlow().add(new Uint8Array(weights.length), Float64Array.from(weights), weights.length);
  return {
    rows: weights.length,
    flow: flowRecord(flow),
    unclassifiedJets: 1,
    surplusObjects,
    rowsBySplit: [weights.length, 0, 0, 0],
  };
}

function blockOf(
  fingerprint: string,
  first: number,
  weights: readonly number[],
  late?: { countedAs?: string },
) {
  return {
    source: {
      sample: `sample-${fingerprint}`,
      kind: 'background' as const,
      file: `${fingerprint}.root`,
      fingerprint,
      first,
      entries: 8192,
      ...(late === undefined ? {} : { late }),
    },
    record: recordOf(weights),
  };
}

const weight = fc.double({ noNaN: true, min: -1e6, max: 1e6 });

test('cut flows of blocks are merged into ranges and those into samples: two levels, each in its order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(weight, { maxLength: 9 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      (lists, blocksInRange) => {
        const blocks = lists.map((weights, block) => blockOf('a', 8192 * block, weights));
        const ranges = rangesOfBlocks(blocks, 8192 * blocksInRange, 'basis');
        assert.equal(ranges.length, Math.ceil(lists.length / blocksInRange));
        ranges.forEach((range, number) => {
          const own = blocks.slice(number * blocksInRange, (number + 1) * blocksInRange);
          let flow = flowFromRecord(own[0]!.record.flow);
          for (const { record } of own.slice(1)) flow = flow.merge(flowFromRecord(record.flow));
          assert.deepEqual(range.flow, flowRecord(flow));
          assert.equal(range.first, own[0]!.source.first);
          assert.equal(range.entries, 8192 * own.length);
          assert.equal(range.unclassifiedJets, own.length);
        });
        // Merging is exact to far beyond a float64, whatever the cut into ranges.
        const merged = flowFromRecord(mergeFlows(ranges.map(({ flow }) => flow))!);
        const whole = new CutFlow();
        const all = lists.flat();
        whole.add(new Uint8Array(all.length), Float64Array.from(all), all.length);
        const scale = all.reduce((sum, value) => sum + Math.abs(value), 1);
        assert.ok(Math.abs(merged.weighted(0) - whole.weighted(0)) <= 1e-16 * scale);
        assert.deepEqual(merged.raw, whole.raw);
      },
    ),
  );
});

test('one record is merged to itself, and the order of others is theirs', () => {
  const records = [recordOf([0.1], 1), recordOf([1e16], 2), recordOf([-1e16, 0.3], 4)];
  assert.deepEqual(mergeRecords([records[1]!]), records[1]);
  const merged = mergeRecords(records);
  assert.equal(merged.surplusObjects, 7);
  assert.equal(merged.flow.weightHigh[0]! + merged.flow.weightLow[0]!, 0.4);
  assert.throws(() => mergeRecords([]), { code: 'internal_invariant' });
  assert.equal(mergeFlows([]), undefined);
});

test('files do not mix, and a late block is a range of its own without new entries', () => {
  const dead = blockOf('a', 0, [1, 2, 3]);
  const raw = [...dead.record.flow.raw];
  raw[reason.weightNotFinite] = 1;
  const late = blockOf('a', 5, [4], { countedAs: 'weight_not_finite' });
  const lateRaw = [...late.record.flow.raw];
  lateRaw[reason.weightNotFinite] = -1;
  const blocks = [
    { ...dead, record: { ...dead.record, flow: { ...dead.record.flow, raw } } },
    blockOf('b', 0, [5]),
    { ...late, record: { ...late.record, flow: { ...late.record.flow, raw: lateRaw } } },
    blockOf('a', 8192, [6]),
    blockOf('c', 0, [7], {}),
  ];
  const ranges = mergeBlocks(blocks, 65536);
  assert.deepEqual(
    ranges.map(({ source, entries, rows }) => [source.fingerprint, source.first, entries, rows]),
    [
      ['a', 0, 16384, 4],
      ['b', 0, 8192, 1],
      ['a', 5, 0, 1],
      ['c', 0, 8192, 1],
    ],
  );
  const names = rangesOfBlocks(blocks, 65536, 'basis').map(({ name }) => name);
  assert.deepEqual(names, [
    'sample-a.a.000000000000',
    'sample-a.a.000000000005.late',
    'sample-b.b.000000000000',
    'sample-c.c.000000000000.late',
  ]);
  const total = mergeFlows(ranges.map(({ flow }) => flow))!;
  assert.equal(total.raw[reason.weightNotFinite], 0, 'the event is no longer counted as a dead letter');
  assert.equal(
    total.raw.reduce((sum, events) => sum + events, 0),
    7,
  );
  assert.equal(reasonNames.length, reasonCount);
});

test('splits are counted by code', () => {
  assert.deepEqual(countSplits(Uint8Array.of(0, 3, 0, 2)), [2, 0, 1, 1]);
});
