import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import { CutFlow } from '../../../lib/physics/selection/index.js';
import { RunState } from '../../../services/kafka/run-state.js';
import { rangesOfBlocks } from '../../../services/pipeline/block-ranges.js';
import { type ListedBlock, prepareBlockList, readBlockLists } from '../../../services/scorer/block-list.js';
import { inBlockOrder } from '../../../services/scorer/scored-blocks.js';
import { runTiming } from '../../../services/scorer/timing.js';
import { windowName } from '../../../services/scorer/window-names.js';
import { flowRecord } from '../../../services/selector/flow-record.js';
import { inFolder } from '../../support/cli.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

function block(number: number, more: Partial<BlockSource> = {}, rows = 10, from = 0): ListedBlock {
  const source: BlockSource = {
    sample: 'zee',
    kind: 'background',
    file: 'mc/zee.root',
    fingerprint: 'aa'.repeat(32),
    first: 8192 * number,
    entries: 8192,
    ...more,
  };
  const flow = new CutFlow().add(new Uint8Array(rows), new Float64Array(rows).fill(0.3), rows);
  return {
    source,
    record: {
      rows,
      flow: flowRecord(flow),
      unclassifiedJets: 1,
      surplusObjects: 2,
      rowsBySplit: [rows, 0, 0, 0],
    },
    from,
  };
}

test('blocks stand by sample, file and entry, late ones behind, however files were made', () => {
  const blocks = [
    block(0),
    block(1),
    block(9),
    block(10),
    block(0, { sample: 'ab' }),
    block(0, { fingerprint: 'bb'.repeat(32) }),
    block(1, { late: {} }),
    block(0, { sample: 'ab', late: { countedAs: 'trigger' } }),
  ];
  const shown = (lists: Map<string, ListedBlock[]>) =>
    inBlockOrder(lists).map(({ source: { sample, fingerprint, first, late } }) =>
      [sample, fingerprint.slice(0, 2), first / 8192, late === undefined ? '' : 'late'].join(' '),
    );
  const expected = [
    'ab aa 0 ',
    'zee aa 0 ',
    'zee aa 1 ',
    'zee aa 9 ',
    'zee aa 10 ',
    'zee bb 0 ',
    'ab aa 0 late',
    'zee aa 1 late',
  ];
  fc.assert(
    fc.property(
      fc.shuffledSubarray(blocks, { minLength: blocks.length }),
      fc.nat(blocks.length),
      (order, cut) => {
        const lists = new Map([
          ['one', order.slice(0, cut)],
          ['two', order.slice(cut)],
        ]);
        assert.deepEqual(shown(lists), expected);
      },
    ),
  );
});

test('ranges are those of the embedded engine, and a late block is one of its own that counts no entry twice', () => {
  const placed = inBlockOrder(
    new Map([
      [
        'f',
        [block(0), block(1), block(2), block(1, { late: { countedAs: 'trigger' } }), block(2, { late: {} })],
      ],
    ]),
  );
  assert.deepEqual(
    rangesOfBlocks(placed, 16_384, '').map(({ name, entries, rows, first }) => [name, entries, rows, first]),
    [
      ['zee.aaaaaaaaaaaa.000000000000', 16_384, 20, 0],
      ['zee.aaaaaaaaaaaa.000000008192.late', 0, 10, 8192],
      ['zee.aaaaaaaaaaaa.000000016384', 8192, 10, 16_384],
      ['zee.aaaaaaaaaaaa.000000016384.late', 8192, 10, 16_384],
    ],
  );
});

test('lists of blocks come back by the name of their file; others of the folder are left out', async () => {
  await inFolder(async (folder) => {
    assert.equal(readBlockLists(join(folder, 'none')).size, 0);
    const list = [block(0), block(1, {}, 5, 10)];
    prepareBlockList(folder, 'scaled-x.p0000.0', list).publish();
    writeFileSync(join(folder, '.scaled-x.p0000.64.json.0123456789ab.tmp'), '[');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    assert.deepEqual([...readBlockLists(folder)], [['scaled-x.p0000.0', list]]);
    writeFileSync(join(folder, 'cut.json'), '[');
    assert.throws(() => readBlockLists(folder), {
      code: 'partial_damaged',
      message: /cut\.json is not whole JSON/,
    });
  });
});

test('names of files sort by partition and offset, and tell topics, windows and models apart', () => {
  const name = (partition: number, firstOffset: number, model?: string) =>
    windowName('scaled', '0123abcd', { partition, firstOffset }, model);
  assert.equal(name(3, 640, 'm1'), 'scaled-0123abcd.p0003.0000000000000640.m1');
  assert.equal(name(3, 640), 'scaled-0123abcd.p0003.0000000000000640');
  fc.assert(
    fc.property(fc.nat(1023), fc.nat(1023), fc.maxSafeNat(), fc.maxSafeNat(), (p, q, a, b) => {
      const inOrder = p < q || (p === q && a < b);
      assert.equal(name(p, a) < name(q, b), inOrder);
    }),
  );
});

test('the time of a stage goes from the start of the run to its last end', () => {
  const state = new RunState();
  const loaded = kafkaConfig();
  state.apply({ ...runRecord(loaded), partitions: 1 }, 0, 1000);
  state.apply(fileRecord(0, 8192), 1, 1500);
  state.apply({ type: 'end', of: 'events', partition: 0, offset: 1, messages: 1, input: 1 }, 2, 3000);
  state.apply(
    { type: 'model', id: 'm', scaler: 's', generation: 0, final: true, published_ms: 0, from: 0 },
    3,
    5000,
  );
  const records = rangesOfBlocks(inBlockOrder(new Map([['f', [block(0)]]])), 8192, '');
  const { seconds, stages } = runTiming(state, records, 9000);
  assert.equal(seconds, 8);
  assert.deepEqual(stages.ingest, { seconds: 2, events: 8192, events_per_second: 4096 });
  assert.deepEqual(stages.train, { seconds: 4, events: 10, events_per_second: 2.5 });
  assert.equal(stages.score!.seconds, 8, 'without an end: until now');
  const early = runTiming(new RunState(), [], 500);
  assert.deepEqual(early.seconds, 0);
  assert.ok(Object.values(early.stages).every(({ events_per_second: rate }) => rate === 0));
});
