import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { split } from '../../../lib/physics/identity.js';
import { collectMegasets, trainingRowsByChannel } from '../../../services/trainer/collect.js';
import { publishModel } from '../../../services/trainer/publish.js';
import { decodeScaled, encodeScaled } from '../../../services/wire/scaled.js';
import { inFolder } from '../../support/cli.js';
import { received } from '../../support/message-chain.js';
import { rawModel, scaledBlocks, takesRandomEvents } from '../../support/scaled-blocks.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
  tenureOf,
} from '../../support/service-context.js';

const given = {
  ...takesRandomEvents,
  training: { megasets: 3, validation_fraction: 0.2, validation_events: 60 },
  kafka: { topics: { partitions: 3 } },
};
const loaded = kafkaConfig(given);
const made = scaledBlocks(loaded, 9);
const trainingRows = made.rowsBySplit[split.train]!;
const validationRows = made.rowsBySplit[split.validation]!;
const never = new AbortController().signal;

/** The blocks on their topic, in an order of their own. */
async function world(order: readonly number[], partitionOf: (place: number) => number) {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  await putRecords(cluster, context, [
    runRecord(loaded),
    fileRecord(0, 9 * 8192, { fingerprint: '1'.padStart(64, '0') }),
  ]);
  await context.view.catchUp(never);
  for (const [place, number] of order.entries())
    await put(cluster, 'rmmstream.scaled', partitionOf(place), [made.blocks[number]!.scaled]);
  const ends = () => context.client.admin.offsets('rmmstream.scaled');
  const collect = async (
    folder: string,
    more: Partial<Parameters<typeof collectMegasets>[1]> = {},
    signal = never,
  ) => {
    const span = { from: [], to: (await ends()).map(({ end }) => end) };
    const megasets = 3;
    const options = { folder, span, scaler: made.scaler, trainingRows, validationRows, megasets, ...more };
    return collectMegasets(context, options, signal);
  };
  return { cluster, context, collect };
}

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

test('what is collected has the same bytes however blocks lie on partitions', async () => {
  await inFolder(async (folder) => {
    const natural = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const first = await world(natural, () => 0);
    const plan = await first.collect(join(folder, 'a'));
    assert.equal(
      plan.rows
        .slice(0, 3)
        .flat()
        .reduce((sum, rows) => sum + rows, 0),
      trainingRows,
    );
    const validation = plan.rows[3]!.reduce((sum, rows) => sum + rows, 0);
    assert.ok(validation > 30 && validation < 100 && validation < validationRows, `${validation} rows`);
    const second = await world([8, 3, 1, 0, 7, 2, 6, 5, 4], (place) => place % 3);
    await second.collect(join(folder, 'b'));
    assert.deepEqual(contents(join(folder, 'b')), contents(join(folder, 'a')));
    await first.context.close();
    await second.context.close();
  });
});

test('a generation takes all training rows of its span as one megaset', async () => {
  await inFolder(async (folder) => {
    const { cluster, context, collect } = await world([0, 1, 2, 3], () => 1);
    const to = cluster
      .log('rmmstream.scaled', 1)
      .findIndex(({ message }) => message?.key === made.blocks[2]!.scaled.key);
    const plan = await collect(folder, { megasets: 'one', span: { from: [0, 2, 0], to: [0, to, 0] } });
    const [block] = [decodeScaled(received(made.blocks[1]!.scaled), made.chain.expected)];
    const expected = [...trainingRowsByChannel(block!).values()].reduce((sum, rows) => sum + rows, 0);
    assert.equal(plan.megasets, 2);
    assert.equal(
      plan.rows[0]!.reduce((sum, rows) => sum + rows, 0),
      expected,
    );
    await context.close();
  });
});

test('what the scorer makes a dead letter of is passed over, and said', async () => {
  await inFolder(async (folder) => {
    const { cluster, context, collect } = await world([0, 1], () => 0);
    const spoiled = Buffer.from(made.blocks[2]!.scaled.value);
    spoiled[spoiled.length - 9]! ^= 1;
    await put(cluster, 'rmmstream.scaled', 0, [{ ...made.blocks[2]!.scaled, value: spoiled }]);
    const plan = await collect(folder);
    assert.ok(
      plan.rows
        .slice(0, 3)
        .flat()
        .reduce((sum, rows) => sum + rows, 0) < trainingRows,
    );
    assert.deepEqual(
      context.lines.map(({ event, code }) => [event, code]),
      [['block_unusable', 'wire_checksum_wrong']],
    );
    await context.close();
  });
});

test('blocks of another scaler, and rows that are not what their masks say, are passed over', async () => {
  await inFolder(async (folder) => {
    const plain = await world([0, 1], () => 0);
    const expected = (await plain.collect(join(folder, 'plain'))).rows;
    const { cluster, context, collect } = await world([0, 1], () => 0);
    const decoded = decodeScaled(received(made.blocks[2]!.scaled), made.chain.expected);
    const { scaled } = decoded;
    // The last row has one value too few.
    const offsets = scaled.offsets.map((offset, row) => offset - (row === scaled.rows ? 1 : 0));
    await put(cluster, 'rmmstream.scaled', 0, [
      encodeScaled({ ...decoded, scaled: { ...scaled, scaler: 'another' } }),
      encodeScaled({ ...decoded, scaled: { ...scaled, offsets } }),
    ]);
    assert.deepEqual((await collect(join(folder, 'mixed'))).rows, expected);
    assert.deepEqual(
      context.lines.map(({ event, code }) => [event, code]),
      [
        ['block_unusable', 'scaler_mismatch'],
        ['block_unusable', 'scaler_mismatch'],
      ],
    );
  });
});

test('an aborted collection ends and leaves no plan', async () => {
  await inFolder(async (folder) => {
    const { context, collect } = await world([0, 1], () => 0);
    await assert.rejects(collect(folder, {}, AbortSignal.abort()), { name: 'AbortError' });
    assert.deepEqual(readdirSync(folder), []);
    await context.close();
  });
});

test('a model comes on its topic and on record as one, and says where its files begin', async () => {
  const { cluster, context } = await world([], () => 0);
  await put(cluster, 'rmmstream.models', 0, [{ key: 'x', value: Buffer.from('before'), headers: {} }]);
  const id = await publishModel(context, await tenureOf(context), rawModel(loaded, made.scaler, 1), {
    generation: 0,
    final: true,
  });
  const { models } = context.view.state;
  assert.deepEqual(
    models.map((record) => [record.id, record.generation, record.final, record.from]),
    [[id, 0, true, 2]],
  );
  assert.ok(
    cluster.committed('rmmstream.models')[0]!.some(({ key, offset }) => key === `model/${id}` && offset > 2),
  );
  await context.close();
});
