import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { featurizerOf } from '../../services/featurizer/config.js';
import { kafkaLayoutOf } from '../../services/kafka/claim-directory.js';
import { readProgress } from '../../services/kafka/progress-records.js';
import { RunState } from '../../services/kafka/run-state.js';
import { readBlockLists } from '../../services/scorer/block-list.js';
import { decodeScaled } from '../../services/wire/scaled.js';
import { copyRootFile } from '../support/root-copy.js';
import { sampleFile, writeConfig } from '../support/small-run.js';
import { type PlainTable, readTable } from '../support/tables.js';
import { seededRandom, soon } from './support/chance.js';
import { loadOnKafka, tiny } from './support/engine-inputs.js';
import { EngineWorld } from './support/engine-world.js';

const root = mkdtempSync(join(tmpdir(), 'rmmstream-sim-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

/** Files to be dropped, of one block each and of several. */
const files = 14;
const store = join(root, 'store');
mkdirSync(store);
for (let number = 0; number < files; number += 1)
  await copyRootFile({
    from: sampleFile(number % 2 === 0 ? 'mc/zee' : 'mc/ttbar'),
    to: join(store, `${number}.root`),
    entries: 900 + number,
    times: number % 5 === 4 ? 12 : 1,
    identity: number,
  });

function setUp(seed: number): { loaded: LoadedConfig; drop: (number: number) => void; directory: string } {
  const folder = join(root, `run-${seed}`);
  const place = (number: number) => join(folder, number % 2 === 0 ? 'zee' : 'ttbar');
  for (const number of [0, 1]) mkdirSync(place(number), { recursive: true });
  const config = writeConfig(
    folder,
    [
      { name: 'zee', kind: 'background', files: ['zee/*.root'] },
      { name: 'ttbar', kind: 'background', files: ['ttbar/*.root'] },
    ],
    tiny,
  );
  const directory = join(folder, 'out');
  const loaded = loadOnKafka(config, directory, {
    'input.mode': 'continuous',
    'continuous.scan_interval_ms': 1000,
    'continuous.settle_ms': 0,
    'continuous.write_interval_ms': 200,
    'continuous.freeze_events': 1500,
    'continuous.generation_events': 2500,
    'continuous.drift_window_events': 1000,
    'kafka.topics.partitions': 3,
    // Each generation's model has a reference and ranks of its own.
    scores: ['error', { type: 'knn', reference_events: 200 }, { rank_average: ['error', 'knn'] }],
    'kafka.transaction_messages': 1,
  });
  const drop = (number: number) => {
    renameSync(join(store, `${number}.root`), join(place(number), `${number}.root`));
  };
  return { loaded, drop, directory };
}

/** What every reader of `progress` knows. */
function stateOf(world: EngineWorld): RunState {
  const state = new RunState();
  for (const message of world.cluster.committed('rmmstream.progress')[0]!)
    state.apply(readProgress(message), message.offset, message.timestampMs);
  return state;
}

/** Whether everything that was dropped is scored and in files. */
function isThrough(world: EngineWorld, taken: number): boolean {
  const state = stateOf(world);
  if (state.files.length < taken || state.models.length === 0) return false;
  const { cluster } = world;
  const through = cluster.committed('rmmstream.scaled').reduce((sum, list) => sum + list.length, 0);
  if (through < state.blocks) return false;
  return ['scorer/rmmstream.scaled', 'feature-files/rmmstream.features'].every((at) =>
    [0, 1, 2].every((partition) => {
      const topic = at.slice(at.indexOf('/') + 1);
      const last = cluster.committed(topic)[partition]!.at(-1)?.offset ?? -1;
      return (cluster.offsets.get(`rmmstream.${at}/${partition}`)?.offset ?? 0) > last;
    }),
  );
}

/** Compares the score files with what lies on the topics: each row once, with the model that was on record for it. */
async function check(world: EngineWorld, loaded: LoadedConfig, directory: string): Promise<number> {
  const state = stateOf(world);
  const { cluster } = world;
  const expected = new Map<string, string>();
  const { config } = loaded;
  const shape = { layout: featurizerOf(config).layout, megasets: config.training.megasets };
  for (const [partition, messages] of cluster.committed('rmmstream.scaled').entries()) {
    const position = cluster.offsets.get(`rmmstream.scorer/rmmstream.scaled/${partition}`)?.offset ?? 0;
    for (const message of messages) {
      if (message.offset >= position) continue;
      const { source, columns } = decodeScaled(message, shape);
      const applies = state.modelsOf(partition).filter(({ offset }) => offset <= message.offset);
      for (const entry of columns.entry)
        expected.set(`${source.file} ${entry}`, `${applies.at(-1)!.model} ${state.scaler!.id}`);
    }
  }
  const found = new Map<string, string>();
  for (const name of readdirSync(join(directory, 'scores')).sort()) {
    const table: PlainTable = await readTable(join(directory, 'scores', name));
    for (let row = 0; row < table.entry!.length; row += 1) {
      const key = `${String(table.file![row])} ${String(table.entry![row])}`;
      assert.ok(!found.has(key), `${key} is there twice, in ${name} too`);
      for (const name of ['error', 'knn', 'rank_average'])
        assert.ok(Number.isFinite(table[name]![row]), `${name} of ${key}`);
      found.set(key, `${String(table.model_version![row])} ${String(table.scaler_version![row])}`);
    }
  }
  assert.deepEqual([...found].sort(), [...expected].sort());
  const listed = [...readBlockLists(kafkaLayoutOf(directory).blocks).values()].flat();
  assert.equal(
    listed.reduce((sum, { record }) => sum + record.rows, 0),
    found.size,
  );
  return found.size;
}

const seeds = process.env.RMMSTREAM_TEST_LONG === '1' ? 20 : 1;
for (let seed = 1; seed <= seeds; seed += 1) {
  test(`a run without end loses and doubles no row and knows every row's model, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const { loaded, drop, directory } = setUp(seed);
    let isCalm = false;
    let kills = 0;
    const world: EngineWorld = new EngineWorld({
      loaded,
      copies: 2,
      random,
      trouble: async (name, operation, when) => {
        if (random() < 0.3) await soon();
        if (isCalm) return;
        const client = world.clientOf(name);
        const weight = operation === 'fetch' || operation === 'offsets' ? 0.02 : 1;
        const fate = random();
        if (fate < 0.01 * weight) {
          kills += 1;
          client?.kill();
        } else if (fate < 0.02 * weight && client !== undefined && !client.isFrozen) {
          client.freeze();
          setTimeout(() => client.thaw(), 20 + 150 * random());
        }
        if (random() < 0.02 * weight)
          throw new RmmError('kafka_request_failed', `${operation} failed ${when}`);
      },
    });
    try {
      await world.start();
      let rows = 0;
      for (let number = 0; number < files; number += 1) {
        drop(number);
        // Files come while earlier ones are at work; now and then everything comes to rest.
        const rests = number % 5 === 4 || number === files - 1;
        isCalm = rests;
        await world.until(() =>
          rests ? isThrough(world, number + 1) : stateOf(world).files.length > number - 2,
        );
        if (rests) rows = await check(world, loaded, directory);
        isCalm = false;
        if (number === 7) {
          isCalm = true;
          assert.deepEqual(new Set(await world.drain()), new Set([0]), world.describe());
          await world.start();
          isCalm = false;
        }
      }
      const { models, generations } = stateOf(world);
      assert.ok(models.length >= 3, `${models.length} models of ${generations.count} generations`);
      assert.ok(rows > 20_000, `${rows} rows`);
      isCalm = true;
      assert.deepEqual(new Set(await world.drain()), new Set([0]), world.describe());
      await check(world, loaded, directory);
      console.log(`seed ${seed}: ${kills} kills, ${models.length} models, ${rows} rows`);
    } finally {
      await world.close();
      for (let number = 0; number < files; number += 1) {
        try {
          renameSync(
            join(root, `run-${seed}`, number % 2 === 0 ? 'zee' : 'ttbar', `${number}.root`),
            join(store, `${number}.root`),
          );
        } catch {
          // It was not dropped.
        }
      }
    }
  });
}
