import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkpointFileNames, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import { readFolderFiles } from '../../../services/scorer/model-folder.js';
import { isFull, trainGenerations } from '../../../services/trainer/generations.js';
import { decodeScaled, encodeScaled } from '../../../services/wire/scaled.js';
import type { Trouble } from '../../sim/support/fake-kafka.js';
import { gate } from '../../support/gate.js';
import {
  checkpointOf,
  generationEvents,
  given,
  inWorld,
  made,
  results,
  rowsBetween,
  trainingRows,
  type World,
} from '../../support/generation-world.js';
import { received } from '../../support/message-chain.js';
import { kafkaConfig, put, settled, tenureOf, waitInVain } from '../../support/service-context.js';

test('a generation is full when every channel has its quota, or without quotas all of them together enough', () => {
  const settings = kafkaConfig(given).config.continuous;
  const channels = (...counts: [number, number][]) => new Map(counts);
  const byQuota = {
    ...settings,
    quotas: [
      { channel: 1, events: 10 },
      { channel: 2, events: 20 },
    ],
  };
  assert.equal(isFull(channels([1, 100], [2, 19]), byQuota), false);
  assert.equal(isFull(channels([1, 10], [2, 20]), byQuota), true);
  assert.equal(isFull(channels([1, 1_000_000]), byQuota), false);
  assert.equal(isFull(channels([1, 60], [2, 39]), { ...settings, generation_events: 100 }), false);
  assert.equal(isFull(channels([1, 60], [2, 40]), { ...settings, generation_events: 100 }), true);
  assert.equal(isFull(channels(), { ...settings, generation_events: 1 }), false);
});

test('generations follow each other without a gap, and each gives a model that goes on from the last', async () => {
  await inWorld(async (world) => {
    await world.train('one', 3);
    const { generations, models, found } = await results(world);
    assert.equal(models.length, 3);
    assert.deepEqual(
      models.map(({ generation, final }) => [generation, final]),
      [0, 1, 2].map((number) => [number, false]),
    );
    for (const [number, { to, rows, channels }] of generations.entries()) {
      assert.ok(rows >= generationEvents && rows < generationEvents + 400, `${rows} rows`);
      assert.equal(
        channels.reduce((sum, [, count]) => sum + count, 0),
        rows,
      );
      const before = generations[number - 1]?.to ?? [0, 0];
      assert.ok(to.every((offset, partition) => offset >= before[partition]!));
      assert.equal(rowsBetween(before, to), rows, 'each row of its offsets, once');
    }
    for (const [number, model] of found.entries()) {
      const record = model.record as { training: { rows: number; epochs: { megaset: number }[] } };
      assert.equal(record.training.rows, generations[number]!.rows);
      assert.deepEqual(
        record.training.epochs.map(({ megaset }) => megaset),
        [number, number],
        'epochs of its own generation only',
      );
    }
    assert.equal(new Set(models.map(({ id }) => id)).size, 3);
  });
});

test('what comes while a generation is trained on shows as lag', async () => {
  const held = gate();
  let isHeld = false;
  let commits = 0;
  // The second commit is that of the model.
  const trouble: Trouble = async (name, operation, at) => {
    if (name !== 'held' || operation !== 'commit' || at !== 'before' || ++commits !== 2) return;
    isHeld = true;
    await held.isOpen;
  };
  await inWorld(async ({ cluster, context }) => {
    const opened = context('held');
    const stop = new AbortController();
    const ended = trainGenerations(opened, await tenureOf(opened, { id: 'trainer', signal: stop.signal }));
    ended.catch(() => {});
    await settled(() => isHeld, 200_000);
    const taken = opened.view.state.generations.at(0)!.to[0]!;
    const lag = async () =>
      Number(
        /^rmmstream_lag_records\{stage="trainer",partition="0"\} (.*)$/m.exec(await opened.metrics())?.[1],
      );
    await put(cluster, 'rmmstream.scaled', 0, [made.blocks[0]!.scaled]);
    const expected = cluster.log('rmmstream.scaled', 0).length - taken;
    let found = await lag();
    for (let look = 0; look < 200 && found !== expected; look += 1) found = await lag();
    assert.equal(found, expected);
    stop.abort();
    held.open();
    await ended.catch(() => {});
  }, trouble);
});

test('rows of another scaler are counted for no generation, and training goes on', async () => {
  const foreign = made.blocks.map(({ scaled: message }) => {
    const block = decodeScaled(received(message), made.chain.expected);
    return encodeScaled({ ...block, scaled: { ...block.scaled, scaler: 'another' } });
  });
  await inWorld(
    async (world) => {
      await world.train('one', 3);
      const { generations, found } = await results(world);
      assert.deepEqual(
        found.map(({ record }) => (record as { training: { rows: number } }).training.rows),
        generations.map(({ rows }) => rows),
      );
      // Each has an offset, and its transaction another.
      assert.ok(generations[0]!.to.some((offset) => offset > foreign.length));
    },
    undefined,
    { foreign },
  );
});

test('a generation that takes several looks at each partition leaves none of their blocks out', async () => {
  const most = Math.floor(0.9 * trainingRows);
  await inWorld(
    async (world) => {
      await world.train('one', 1);
      const { generations, found } = await results(world);
      const [{ to, rows }] = generations as [(typeof generations)[number]];
      assert.ok(rows >= most, `${rows} rows`);
      assert.equal(rowsBetween([0, 0], to), rows);
      assert.equal((found[0]!.record as { training: { rows: number } }).training.rows, rows);
    },
    undefined,
    { events: most },
  );
});

/** Kills every client of the name first at one of its commits. */
function killAt(commit: number, when: 'before' | 'after') {
  const killable = new Set<{ kill(): void }>();
  let commits = 0;
  const trouble: Trouble = async (name, operation, at) => {
    if (name !== 'first' || operation !== 'commit' || at !== when || ++commits !== commit) return;
    for (const client of killable) client.kill();
  };
  const arm = ({ cluster }: World): void => {
    const client = cluster.client.bind(cluster);
    cluster.client = (name: string) => {
      const found = client(name);
      if (name === 'first') killable.add(found);
      return found;
    };
  };
  return { trouble, arm };
}

test('whoever trains, wherever and after whatever kill, gives the same models', async () => {
  let expected: string[] = [];
  await inWorld(async (world) => {
    await world.train('one', 3);
    expected = (await results(world)).models.map(({ id }) => id);
  });
  // On another machine for each generation, and back on the first, whose checkpoint is old by then.
  await inWorld(async (world) => {
    await world.train('one', 1);
    await world.train('two', 2);
    await world.train('one', 3);
    assert.deepEqual(
      (await results(world)).models.map(({ id }) => id),
      expected,
    );
    const folder = checkpointOf(world.folder);
    const { position } = checkpointFromFiles(readFolderFiles(folder, checkpointFileNames)!, folder);
    assert.equal(position.megaset, 3);
  });
  for (const [commit, when] of [
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
    [3, 'after'],
    [4, 'before'],
  ] as const) {
    const killer = killAt(commit, when);
    await inWorld(async (world) => {
      killer.arm(world);
      await world.train('one', 3, 'first');
      await world.train('one', 3);
      assert.deepEqual(
        (await results(world)).models.map(({ id }) => id),
        expected,
        `killed ${when} commit ${commit}`,
      );
    }, killer.trouble);
  }
});

test('a checkpoint that can be read only later than its model is on record is waited for', async () => {
  let expected: string[] = [];
  await inWorld(async (world) => {
    await world.train('one', 2);
    expected = (await results(world)).models.map(({ id }) => id);
  });
  await inWorld(async (world) => {
    const release = world.cluster.holdBack('rmmstream.models');
    await world.train('one', 1);
    const goesOn = world.train('two', 2);
    await waitInVain(world.cluster);
    release();
    await goesOn;
    assert.deepEqual(
      (await results(world)).models.map(({ id }) => id),
      expected,
    );
  });
});

test('a checkpoint that is damaged is taken from the topic, not begun anew', async () => {
  let expected: string[] = [];
  await inWorld(async (world) => {
    await world.train('one', 2);
    expected = (await results(world)).models.map(({ id }) => id);
  });
  await inWorld(async (world) => {
    await world.train('one', 1);
    const folder = checkpointOf(world.folder);
    cpSync(join(folder, 'adam_first.bin'), join(folder, 'weights.bin'));
    await world.train('one', 2);
    assert.deepEqual(
      (await results(world)).models.map(({ id }) => id),
      expected,
    );
  });
  await inWorld(async (world) => {
    await world.train('one', 1);
    rmSync(kafkaLayoutOf(join(world.folder, 'one')).trainer, { recursive: true });
    await world.train('one', 2);
    assert.deepEqual(
      (await results(world)).models.map(({ id }) => id),
      expected,
    );
  });
});

test('a checkpoint that a kill kept from its place is published with its model, for other machines', async () => {
  let expected: string[] = [];
  await inWorld(async (world) => {
    await world.train('one', 2);
    expected = (await results(world)).models.map(({ id }) => id);
  });
  // The second commit is that of the first model: its training is done.
  const killer = killAt(2, 'before');
  await inWorld(async (world) => {
    killer.arm(world);
    await world.train('one', 2, 'first');
    const checkpoint = checkpointOf(world.folder);
    renameSync(checkpoint, `${checkpoint}.next`);
    await world.train('one', 1);
    await world.train('two', 2);
    assert.deepEqual(
      (await results(world)).models.map(({ id }) => id),
      expected,
    );
  }, killer.trouble);
});

test('what owners that were killed left of their work is removed by the next one, but for the checkpoint', async () => {
  await inWorld(async (world) => {
    await world.train('one', 1);
    const { trainer } = kafkaLayoutOf(join(world.folder, 'one'));
    const before = readdirSync(trainer)[0]!;
    const strays = [
      join(trainer, 'ffffffffffff', 'generation'),
      join(trainer, before, 'generation'),
      join(trainer, before, '.checkpoint.0123456789ab.tmp', 'new'),
    ];
    for (const stray of strays) mkdirSync(stray, { recursive: true });
    await world.train('one', 2);
    const [own, ...others] = readdirSync(trainer);
    assert.deepEqual(others, []);
    assert.notEqual(own, before);
    const left = readdirSync(join(trainer, own!)).filter((name) => name !== 'generation');
    assert.deepEqual(left.sort(), ['checkpoint', 'taken']);
  });
});
