import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RecordStore } from '../../../lib/flow/record-store.js';
import { plannedBrackets, type SearchPlan } from '../../../lib/learning/tuning/plan.js';
import { Schedule } from '../../../lib/learning/tuning/schedule.js';
import type { Candidate } from '../../../lib/learning/tuning/space.js';
import { Search, type SearchOptions } from '../../../services/tune/search.js';
import type { TrialOutcome, TrialTask } from '../../../services/tune/train-trial.js';
import { ranked, type TrialRecord } from '../../../services/tune/trial-record.js';
import { seededRandom } from '../../sim/support/chance.js';
import { inFolder } from '../../support/cli.js';

const plan: SearchPlan = {
  algorithm: 'hyperband',
  maxEpochs: 9,
  factor: 3,
  trials: 0,
  epochs: 0,
  endless: false,
};

/** A candidate whose errors follow from its learning rate. */
function candidate(seed: number, trial: number): Candidate {
  const layers = [{ units: 'columns' as const, activation: { type: 'linear' as const } }];
  return {
    network: { name: 'stacked', inputActivation: { type: 'linear' }, layers },
    learningRate: Math.round(1e6 * seededRandom(1000 * seed + trial)()) / 1e6,
    latent: 3,
  };
}

function outcome({ learningRate, epochs }: TrialTask): TrialOutcome {
  const diverges = Math.round(learningRate * 1e6) % 7 === 0;
  const count = diverges ? Math.min(2, epochs) : epochs;
  const errors = Array.from({ length: count }, (_, epoch) => learningRate + 1 / (epoch + 1));
  const diverged = diverges && epochs > 2 ? { diverged: 'the loss became NaN' } : {};
  return { errors, losses: errors, seconds: epochs, ...diverged };
}

interface World {
  readonly search: Search;
  readonly trained: { readonly id: string; readonly epochs: number }[];
}

function world(
  folder: string,
  changes: Partial<SearchOptions> = {},
  seed = 1,
  budget: Partial<SearchPlan> = {},
): World {
  const trained: { id: string; epochs: number }[] = [];
  const search = new Search({
    schedule: new Schedule(plannedBrackets({ ...plan, ...budget })),
    draw: (trial) => candidate(seed, trial),
    sample: 'sample',
    settings: 'settings',
    store: new RecordStore<TrialRecord>(join(folder, 'trials')),
    checkpointFolder: join(folder, 'checkpoints'),
    lanes: 1,
    train: async (task) => {
      trained.push({ id: task.id, epochs: task.epochs });
      mkdirSync(join(folder, 'checkpoints', task.id), { recursive: true });
      return outcome(task);
    },
    seconds: Number.POSITIVE_INFINITY,
    nowMs: () => 0,
    signal: new AbortController().signal,
    onTrial: () => undefined,
    ...changes,
  });
  return { search, trained };
}

async function found(
  folder: string,
  ...args: Parameters<typeof world> extends [string, ...infer Rest] ? Rest : never
) {
  const made = world(folder, ...args);
  await made.search.run();
  return { records: ranked(made.search.comparable), trained: made.trained };
}

test('records are the same for any number of workers, and only what goes on keeps a checkpoint', async () => {
  await inFolder(async (folder) => {
    const alone = await found(join(folder, 'alone'));
    assert.equal(alone.records.length, 17);
    assert.deepEqual(readdirSync(join(folder, 'alone', 'checkpoints')), []);
    for (const lanes of [2, 5]) {
      const draw = seededRandom(lanes);
      const many = await found(join(folder, `lanes-${lanes}`), {
        lanes,
        train: async (task) => {
          await delay(draw() * 5);
          return outcome(task);
        },
      });
      assert.deepEqual(many.records, alone.records);
    }
  });
});

test('a search that broke off goes on: nothing on record is trained again, the records are those of a calm one', async () => {
  await inFolder(async (folder) => {
    const calm = await found(join(folder, 'calm'));
    const broken = join(folder, 'broken');
    for (let round = 0; ; round += 1) {
      const before = new RecordStore<TrialRecord>(join(broken, 'trials')).readAll();
      let left = 4;
      const { search, trained } = world(broken, {
        lanes: 2,
        train: async (task) => {
          assert.ok((before.get(task.id)?.errors.length ?? 0) < task.epochs, 'it is on record');
          if (left === 0) throw new Error('killed');
          left -= 1;
          trained.push({ id: task.id, epochs: task.epochs });
          return outcome(task);
        },
      });
      try {
        await search.run();
        assert.deepEqual(ranked(search.comparable), calm.records);
        assert.ok(round > 3);
        return;
      } catch (error) {
        assert.equal((error as Error).message, 'killed');
      }
    }
  });
});

test('a later search takes what is on record, whatever its seed or budget; other settings are apart', async () => {
  await inFolder(async (folder) => {
    const first = await found(folder, {}, 1, { trials: 9 });
    assert.equal(first.trained.length, 9 + 3 + 1);
    const larger = await found(folder);
    assert.equal(larger.trained.length, 5 + 1 + 3);
    assert.equal(larger.records.length, 17);
    const again = await found(folder);
    assert.equal(again.trained.length, 0);
    assert.deepEqual(again.records, larger.records);
    const otherSeed = await found(folder, {}, 2);
    assert.equal(otherSeed.trained.length, 9 + 3 + 1 + 5 + 1 + 3);
    assert.equal(otherSeed.records.length, 34);
    // The same numbers of the first seed among the second's are known.
    const mixed = await found(folder, { draw: (trial) => candidate(trial % 2 === 0 ? 1 : 2, trial) });
    assert.ok(mixed.trained.every(({ epochs }) => epochs > 1));
    const apart = await found(folder, { settings: 'other' });
    assert.equal(apart.records.length, 17);
    assert.ok(apart.trained.length > 0);
  });
});

test('two numbers that draw the same configuration train it once', async () => {
  await inFolder(async (folder) => {
    let running = 0;
    const { records } = await found(folder, {
      lanes: 4,
      draw: (trial) => candidate(1, trial % 3),
      train: async (task) => {
        running += 1;
        assert.ok(running <= 3);
        await delay(2);
        running -= 1;
        return outcome(task);
      },
    });
    assert.equal(records.length, 3);
  });
});

test('a diverged training is last, has its reason on record and is not gone on with', async () => {
  await inFolder(async (folder) => {
    const rates = [0.000007, 0.000001, 0.000002];
    const { records, trained } = await found(
      folder,
      { draw: (trial) => ({ ...candidate(1, trial), learningRate: rates[trial]! }) },
      1,
      { algorithm: 'random', trials: 3 },
    );
    assert.equal(trained.length, 3);
    assert.deepEqual(
      records.map(({ learning_rate, diverged }) => [learning_rate, diverged]),
      [
        [0.000001, undefined],
        [0.000002, undefined],
        [0.000007, 'the loss became NaN'],
      ],
    );
  });
});

test('when the time is over nothing new begins; time of earlier processes counts', async () => {
  await inFolder(async (folder) => {
    let now = 0;
    const timed = (lanes: number): Partial<SearchOptions> => ({
      lanes,
      seconds: 20,
      nowMs: () => now,
      train: async (task) => {
        now += 1000 * task.epochs;
        return outcome(task);
      },
    });
    const first = await found(folder, timed(1), 1, { endless: true });
    // 9 x 1 s, 3 x 3 s: then 18 s are over, and the training that begins there is finished.
    assert.equal(
      first.records.reduce((most, { errors }) => Math.max(most, errors.length), 0),
      9,
    );
    assert.equal(now, 9000 + 9000 + 9000);
    now = 0;
    const second = await found(folder, timed(1), 1, { endless: true });
    assert.deepEqual(second.records, first.records);
    assert.equal(now, 0);
  });
});

test('a diverged training counts for the time that it took when its search goes on', async () => {
  await inFolder(async (folder) => {
    const rates = [0.000007, 0.000001, 0.000002];
    const timed: Partial<SearchOptions> = {
      seconds: 12,
      draw: (trial) => ({ ...candidate(1, trial), learningRate: rates[trial]! }),
      train: async (task) => {
        const result = outcome(task);
        return { ...result, seconds: result.errors.length };
      },
    };
    const random = { algorithm: 'random' } as const;
    // Two epochs of the first and nine of the second.
    assert.equal((await found(folder, timed, 1, { ...random, trials: 2 })).records.length, 2);
    assert.equal((await found(folder, timed, 1, { ...random, trials: 3 })).records.length, 3);
  });
});

test('after a failure nothing new is trained, not even by who waited for the one that failed', async () => {
  await inFolder(async (folder) => {
    let trained = 0;
    const { search } = world(folder, {
      lanes: 4,
      draw: () => candidate(1, 1),
      train: async () => {
        trained += 1;
        await delay(2);
        throw new Error('no room left');
      },
    });
    await assert.rejects(search.run(), { message: 'no room left' });
    assert.equal(trained, 1);
  });
});
