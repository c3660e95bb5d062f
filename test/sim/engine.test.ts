import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../lib/base/error.js';
import { readTables } from '../support/tables.js';
import { seededRandom, soon } from './support/chance.js';
import { loadOnKafka, makeInputs, runEmbedded } from './support/engine-inputs.js';
import { EngineWorld } from './support/engine-world.js';

const root = mkdtempSync(join(tmpdir(), 'rmmstream-sim-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

/** What a run ends with, in a form in which the engines agree. */
interface Results {
  readonly run: unknown;
  readonly cutflow: string;
  readonly model: Readonly<Record<string, string>>;
  readonly letters: Readonly<Record<string, string>>;
  /** Rows of scores by file and entry, as text. */
  readonly rows: ReadonlyMap<string, string>;
}

async function resultsOf(directory: string): Promise<Results> {
  const files = (name: string) => {
    const folder = join(directory, name);
    return Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((file) => [file, readFileSync(join(folder, file)).toString('base64')]),
    );
  };
  const { timing, ...run } = JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.ok(timing);
  const table = await readTables(join(directory, 'scores'));
  const names = Object.keys(table);
  const rows = new Map<string, string>();
  for (let row = 0; row < table.entry!.length; row += 1) {
    const key = `${String(table.file![row])} ${String(table.entry![row])}`;
    assert.ok(!rows.has(key), `${key} is there twice`);
    rows.set(key, names.map((name) => `${name}=${String(table[name]![row])}`).join(' '));
  }
  return {
    run,
    cutflow: readFileSync(join(directory, 'cutflow.json'), 'utf8'),
    model: files('model'),
    letters: files('dead-letters'),
    rows,
  };
}

const config = await makeInputs(join(root, 'in'));
await runEmbedded(config, join(root, 'embedded'));
const expected = await resultsOf(join(root, 'embedded'));

async function compare(directory: string): Promise<void> {
  const found = await resultsOf(directory);
  assert.deepEqual(found.run, expected.run);
  assert.equal(found.cutflow, expected.cutflow);
  assert.deepEqual(found.model, expected.model);
  assert.deepEqual(found.letters, expected.letters);
  assert.deepEqual([...found.rows].sort(), [...expected.rows].sort());
  assert.ok(found.rows.size > 10_000);
  const leftovers = readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.tmp'));
  assert.deepEqual(leftovers, []);
}

test('the whole engine, one copy of each service and nothing in its way', async () => {
  const directory = join(root, 'calm');
  const world = new EngineWorld({
    loaded: loadOnKafka(config, directory, {}),
    copies: 1,
    random: seededRandom(1),
  });
  try {
    await world.start();
    assert.deepEqual(await world.ended(), [0, 0, 0, 0, 0, 0]);
    await compare(directory);
  } finally {
    await world.close();
  }
});

const seeds = process.env.RMMSTREAM_TEST_LONG === '1' ? 60 : 3;
for (let seed = 1; seed <= seeds; seed += 1) {
  test(`copies that are killed, hang and meet failing brokers change no result, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const directory = join(root, `seed-${seed}`);
    let kills = 0;
    let hangs = 0;
    let isCalm = false;
    const world: EngineWorld = new EngineWorld({
      loaded: loadOnKafka(config, directory, { 'kafka.topics.partitions': 1 + (seed % 4) }),
      copies: 2,
      random,
      trouble: async (name, operation, when) => {
        if (random() < 0.3) await soon();
        if (isCalm || name === 'test') return;
        const client = world.clientOf(name);
        // Fetches are most of all operations; the others are where it hurts.
        const weight = operation === 'fetch' ? 0.1 : 1;
        if (random() < 0.006 * weight && kills < 16) {
          kills += 1;
          client?.kill();
        } else if (random() < 0.004 * weight && hangs < 8 && client !== undefined && !client.isFrozen) {
          hangs += 1;
          client.freeze();
          setTimeout(() => client.thaw(), 20 + 150 * random());
        }
        if (random() < 0.01 * weight)
          throw new RmmError('kafka_request_failed', `${operation} failed ${when}`);
      },
    });
    try {
      await world.start();
      const ended = world.ended();
      await world.until(() => kills >= 16 || world.clients.length === 0);
      isCalm = true;
      assert.ok((await ended).every((exit) => exit === 0));
      await compare(directory);
      console.log(`seed ${seed}: ${kills} kills, ${hangs} hangs`);
    } finally {
      await world.close();
    }
  });
}
