import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { amplify } from '../../../services/amplify/amplify.js';
import { CopiedBlockReader } from '../../../services/amplify/load/copied-block-reader.js';
import { isCopied } from '../../../services/amplify/load/copied-file.js';
import { BlockReader } from '../../../services/ingest/block-reader.js';
import { fileRecords } from '../../../services/ingest/planner.js';
import type { AnyArray } from '../../../services/ingest/widen.js';
import { type PlannedFile, RunState } from '../../../services/kafka/run-state.js';
import { decodeEvents, type EventsBlock, encodeEvents } from '../../../services/wire/events.js';
import { inFolder } from '../../support/cli.js';
import { loadForTest, weighedFiles } from '../../support/inputs.js';
import { parentsOf, plannedCopies } from '../../support/load-run.js';
import { sampleFile, shipped, writeConfig } from '../../support/small-run.js';

type Numbers = (number | bigint)[];

/** Everything of events, joined over blocks in the order of their files. */
class Joined {
  readonly columns = new Map<string, Numbers>();

  add({ source, events }: EventsBlock): void {
    const { count } = events;
    assert.equal(count, source.entries);
    const one = (name: string, values: AnyArray, from = 0, to = count) => {
      const column = this.columns.get(name) ?? [];
      this.columns.set(name, column);
      for (let index = from; index < to; index += 1) column.push(values[index]!);
    };
    for (const name of ['run', 'event', 'keyEvent', 'channel', 'weight'] as const) one(name, events[name]);
    one('met', events.met.values);
    one('metPhi', events.metPhi.values);
    for (const [name, values] of Object.entries(events.triggers)) one(`trigger ${name}`, values);
    for (const group of ['leptons', 'jets'] as const) {
      const { offsets, columns } = events[group];
      one(
        `${group} sizes`,
        Int32Array.from({ length: count }, (_, index) => offsets[index + 1]! - offsets[index]!),
      );
      for (const [name, { values }] of columns) one(`${group} ${name}`, values, offsets[0], offsets[count]);
    }
  }
}

interface Reader {
  read(file: PlannedFile, block: number, take: (block: EventsBlock) => void): Promise<void>;
  close(): Promise<void>;
}

async function allOf(files: readonly PlannedFile[], reader: Reader): Promise<Map<string, Numbers>> {
  const joined = new Joined();
  for (const file of files)
    for (let block = 0; block < file.blocks; block += 1)
      await reader.read(file, file.firstBlock + block, (events) => joined.add(events));
  await reader.close();
  return joined.columns;
}

test('blocks of a load are what ingest reads from the file that amplify writes', async () => {
  await inFolder(async (folder) => {
    const events = 50_000;
    const seed = 3;
    const output = join(folder, 'ttbar.root');
    await amplify({
      inputs: [sampleFile('mc/ttbar')],
      output,
      size: { type: 'events', value: events },
      seed,
    });
    const { signal } = new AbortController();
    const file = loadForTest(
      writeConfig(folder, [{ name: 'ttbar', kind: 'background', files: [output] }], {}, 'file.yaml'),
      folder,
    );
    const state = new RunState();
    for (const record of fileRecords({ files: await weighedFiles(file), weights: new Map() }, 0))
      state.apply(record, 0, 0);
    const expected = await allOf(state.files, new BlockReader(file, signal));

    const loaded = loadForTest(
      writeConfig(folder, [shipped('mc/ttbar', 'background')], {}, 'load.yaml'),
      folder,
    );
    const copies = await plannedCopies(loaded, events, seed);
    assert.ok(copies.length > 4);
    for (const { name } of copies) assert.ok(isCopied(name), name);
    const found = await allOf(copies, new CopiedBlockReader(loaded, await parentsOf(loaded), seed));

    assert.deepEqual([...found.keys()], [...expected.keys()]);
    for (const [name, values] of expected) {
      if (name !== 'weight') assert.deepEqual(found.get(name), values, name);
    }
    // The file's SumWeights (float32) grows with the weights made, that of a load with the events.
    const weights = expected.get('weight') as number[];
    for (const [index, weight] of (found.get('weight') as number[]).entries())
      assert.ok(Math.abs(weight / weights[index]! - 1) < 1e-4, `weight ${weight} of ${weights[index]}`);
    assert.equal(new Set(found.get('event')).size, events, 'every copy has a number of its own');
    assert.ok(new Set(found.get('keyEvent')).size < 5_000, 'and its ancestor’s key');
  });
});

test('blocks of several parents that are made at the same time do not mix, and go over the wire', async () => {
  await inFolder(async (folder) => {
    const samples = ['zee', 'ttbar', 'ww', 'zz', 'wz', 'wjets'].map((name) =>
      shipped(`mc/${name}`, 'background'),
    );
    const data = { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 };
    const loaded = loadForTest(writeConfig(folder, [...samples, data], {}, 'load.yaml'), folder);
    const files = await plannedCopies(loaded, 120_000, 1);
    const reader = new CopiedBlockReader(loaded, await parentsOf(loaded), 1);
    const blocks = files.flatMap((file) =>
      Array.from({ length: file.blocks }, (_, number) => ({ file, block: file.firstBlock + number })),
    );
    const make = ({ file, block }: (typeof blocks)[number]) => reader.read(file, block, encodeEvents);
    const together = await Promise.all(blocks.map(make));
    for (const [index, block] of blocks.entries()) {
      const alone = await make(block);
      const message = together[index]!;
      assert.deepEqual(message, alone);
      const headers = new Map(Object.entries(message.headers));
      const { source, events } = decodeEvents(
        { ...message, headers },
        { leptons: [], jets: [], triggers: [] },
      );
      assert.ok(isCopied(source.file));
      assert.equal(events.count, source.entries);
      if (source.kind === 'data') assert.ok(events.weight.every((weight) => weight === 1));
    }
    await reader.close();
  });
});

test('yields of a load are those of its parents', async () => {
  await inFolder(async (folder) => {
    const samples = ['zee', 'ttbar'].map((name) => shipped(`mc/${name}`, 'background'));
    const loaded = loadForTest(writeConfig(folder, samples, {}, 'load.yaml'), folder);
    const parents = await parentsOf(loaded);
    const total = parents.reduce((sum, { entries }) => sum + entries, 0);
    const yields = async (events: number) => {
      const files = await plannedCopies(loaded, events, 1);
      const columns = await allOf(files, new CopiedBlockReader(loaded, parents, 1));
      return (columns.get('weight') as number[]).reduce((sum, weight) => sum + weight, 0);
    };
    const once = await yields(total);
    for (const times of [2, 7]) assert.ok(Math.abs((await yields(times * total)) / once - 1) < 1e-9);
  });
});
