import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { prepareFileAtomic } from '../../../lib/base/atomic-file.js';
import { AtomicFolder } from '../../../lib/base/atomic-folder.js';
import type { Prepared } from '../../../lib/base/prepared.js';
import { kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import { layoutOf } from '../../../services/pipeline/layout.js';
import { publishOutputs, sweepOutputs, sweepWindowFiles } from '../../../services/scorer/run-outputs.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { clusterOf, kafkaConfig, openContext, settled, tenureOf } from '../../support/service-context.js';

const id = 'finisher';

/** A run that one copy after the other finishes, each with its own text in every output. */
async function inWorld(body: (world: ReturnType<typeof worldIn>) => Promise<void>, trouble?: Trouble) {
  await inFolder((folder) => body(worldIn(folder, trouble)));
}

function worldIn(folder: string, trouble?: Trouble) {
  const directory = join(folder, 'out');
  const loaded = kafkaConfig({ output: { directory } }, folder);
  const cluster = clusterOf(loaded, new FakeKafka(trouble));
  const layout = layoutOf(directory);
  mkdirSync(layout.features, { recursive: true });
  writeFileSync(join(layout.features, 'kept'), '');
  const outputs = function* (text: string): Generator<Prepared, void> {
    for (const path of [layout.deadLetters, layout.model]) {
      const made = new AtomicFolder(path);
      made.write('text', Buffer.from(text));
      yield made;
    }
    yield prepareFileAtomic(layout.runJson, text);
  };
  const found = () =>
    [join(layout.deadLetters, 'text'), join(layout.model, 'text'), layout.runJson].map((path) =>
      readFileSync(path, 'utf8'),
    );
  const copy = (name: string) => openContext(cluster, loaded, { name });
  return { directory, layout, outputs, found, copy };
}

test('a finisher that was taken for dead before its claim publishes nothing', async () => {
  await inWorld(async ({ directory, outputs, found, copy }) => {
    const [old, heir] = [copy('old'), copy('heir')];
    const late = await tenureOf(old, { id });
    await publishOutputs(heir, await tenureOf(heir, { id }), outputs('new'));
    await assert.rejects(publishOutputs(old, late, outputs('old')), { code: 'kafka_fenced' });
    assert.deepEqual(found(), ['new', 'new', 'new']);
    assert.deepEqual(readdirSync(directory).sort(), ['dead-letters', 'features', 'model', 'run.json']);
  });
});

test('one that froze behind its claim finds nothing to publish, and takes nothing away', async () => {
  const at = { isFrozen: false, freeze: () => {} };
  await inWorld(
    async ({ directory, layout, outputs, found, copy }) => {
      const [old, heir] = [copy('old'), copy('heir')];
      at.freeze = () => old.client.freeze();
      const given = function* () {
        // As where features are not kept.
        yield new AtomicFolder(layout.features);
        yield* outputs('old');
      };
      const late = publishOutputs(old, await tenureOf(old, { id }), given());
      late.catch(() => {});
      await settled(() => at.isFrozen);
      const tenure = await tenureOf(heir, { id });
      sweepOutputs(heir);
      await publishOutputs(heir, tenure, outputs('new'));
      old.client.thaw();
      await assert.rejects(late, { code: 'io_failed' });
      assert.deepEqual(found(), ['new', 'new', 'new']);
      assert.deepEqual(readdirSync(layout.features), ['kept']);
      assert.deepEqual(readdirSync(directory).sort(), ['dead-letters', 'features', 'model', 'run.json']);
    },
    async (name, operation, when) => {
      if (name !== 'old' || operation !== 'commit' || when !== 'after' || at.isFrozen) return;
      at.isFrozen = true;
      at.freeze();
    },
  );
});

test('what killed copies left beside windows goes when all are in place, and nothing else', async () => {
  await inWorld(async ({ layout, copy }) => {
    const context = copy('one');
    const { blocks } = kafkaLayoutOf(layout.root);
    const folders = [layout.scores, layout.features, blocks];
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      for (const name of ['.window.parquet.0123456789ab.tmp', 'window.parquet', 'theirs.tmp'])
        writeFileSync(join(folder, name), '');
    }
    sweepWindowFiles(context);
    for (const folder of folders)
      assert.deepEqual(
        readdirSync(folder)
          .filter((name) => name !== 'kept')
          .sort(),
        ['theirs.tmp', 'window.parquet'],
      );
  });
});
