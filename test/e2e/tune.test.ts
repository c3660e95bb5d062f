import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../sim/support/chance.js';
import { inFolder, runCli, startCli } from '../support/cli.js';
import { runWell, writeConfig } from '../support/small-run.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const kills = long ? 20 : 4;
const space = {
  encoder: [{ min: 12, max: 0 }],
  latent: { min: 1, max: 6 },
  learning_rates: [0.09, 0.001, 0.003],
};
const settings = {
  features: { min_filled: 20 },
  training: { epochs: 2, megasets: 2, batch_events: 256 },
  engine: { workers: 2 },
  tune: { max_epochs: 9, factor: 3, workers: 2, space },
};

interface Tuned {
  readonly state: string;
  readonly best: { readonly id: string; readonly error: number; readonly epochs: number };
  readonly trials: number;
  readonly epochs: number;
  readonly reused_epochs: number;
}

async function tuned(args: readonly string[]): Promise<Tuned> {
  const { stdout } = await runWell(['tune', ...args, '--json']);
  return JSON.parse(stdout) as Tuned;
}

/** All that a search found, by file; its seconds are left out. */
function found(directory: string): Record<string, string> {
  const outputs = ['trials.csv', 'trials.md', 'trials.svg', 'best.yaml'].map((name) => [
    name,
    readFileSync(join(directory, name), 'utf8'),
  ]);
  const folder = join(directory, '.work', 'trials');
  const records = readdirSync(folder).map((name) => {
    const { seconds, ...record } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      seconds: number;
    };
    assert.ok(seconds > 0);
    return [name, JSON.stringify(record)];
  });
  return Object.fromEntries([...outputs, ...records]) as Record<string, string>;
}

/** The stages that a search has told of on stderr, under --json. */
function stagesOf(child: ChildProcess): Set<string> {
  const stages = new Set<string>();
  child.stderr!.on('data', (chunk: Buffer) => {
    for (const [, stage] of chunk.toString().matchAll(/"stage":"(\w+)"/g)) stages.add(stage!);
  });
  return stages;
}

/** When each trial's record was written: another one after each rung. */
function recordTimes(directory: string): Record<string, number> {
  const folder = join(directory, '.work', 'trials');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).mtimeMs]));
}

test(`a search killed with -9 (${kills} kills) ends with the trials and the best of an uninterrupted one, with any number of workers`, async (context) => {
  const seed = Number(process.env.RMMSTREAM_TEST_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const draw = seededRandom(seed);
  await inFolder(async (folder) => {
    // Twice the brackets where there are many kills: each process finishes a rung or two before its own.
    const trials = long ? 34 : 17;
    const config = writeConfig(folder, undefined, { ...settings, tune: { ...settings.tune, trials } });
    const calm = join(folder, 'calm');
    const search = (output: string, workers: number) => {
      const count = `tune.workers=${workers}`;
      const started = startCli(['tune', config, '--output', output, '--set', count, '--json']);
      return { ...started, stages: stagesOf(started.child) };
    };
    const began = performance.now();
    const alone = search(calm, settings.tune.workers);
    const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;
    while (isRunning(alone.child) && !alone.stages.has('tune')) await delay(2);
    const searched = performance.now();
    const { code, stdout, stderr } = await alone.result;
    assert.equal(code, 0, stderr);
    const usualTrial = (performance.now() - searched) / trials;
    const reference = JSON.parse(stdout) as Tuned;
    assert.deepEqual([reference.trials, reference.reused_epochs], [trials, 0]);
    const expected = found(calm);
    assert.ok(!existsSync(join(calm, '.work', 'trial-checkpoints')));

    const output = join(folder, 'killed');
    let within = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const before = recordTimes(output);
      const { child, result, stages } = search(output, 1 + (kill % 3));
      const goesOn = async (isWanted: () => boolean) => {
        while (isRunning(child) && isWanted()) await delay(2);
      };
      if (kill % 10 === 0) await delay(draw() * (searched - began));
      else {
        // Within a trial: the first of the process, or one after another was put on record.
        await goesOn(() => !stages.has('tune'));
        if (kill % 2 === 0)
          await goesOn(() => JSON.stringify(recordTimes(output)) === JSON.stringify(before));
        await delay(draw() * usualTrial);
      }
      child.kill('SIGKILL');
      const ended = await result;
      assert.equal(ended.signal, 'SIGKILL', `it ended before kill ${kill}: ${ended.stderr}`);
      const after = recordTimes(output);
      for (const name of Object.keys(before)) assert.ok(name in after, `${name} is still on record`);
      if (stages.has('tune') && Object.keys(after).length > 0) within += 1;
    }
    context.diagnostic(`${kills} kills, ${within} of them during trials with others on record`);
    assert.ok(within >= kills / 2, `${within} of ${kills} kills`);
    // best.yaml repeats the settings that were given: those of the last process are those of the calm one.
    const last = search(output, settings.tune.workers);
    const ended = await last.result;
    assert.equal(ended.code, 0, ended.stderr);
    const { epochs, reused_epochs: reused } = JSON.parse(ended.stdout) as Tuned;
    context.diagnostic(`the last process took ${reused} of ${epochs} epochs as they were`);
    assert.ok(reused > 0);
    // best.yaml names the files from where it lies, so both must lie equally deep.
    assert.deepEqual(found(output), expected);
  });
});

test('finished trials are reused by a larger budget, another seed and random search; the same search has nothing to do', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, settings);
    const output = join(folder, 'tune');
    const args = [config, '--output', output];
    const small = await tuned([...args, '--set', 'tune.trials=9']);
    assert.deepEqual([small.trials, small.epochs, small.reused_epochs], [9, 21, 0]);
    const again = await tuned([...args, '--set', 'tune.trials=9']);
    assert.deepEqual([again.state, again.reused_epochs], ['nothing-new', 21]);
    const larger = await tuned([...args, '--set', 'tune.trials=14']);
    assert.deepEqual([larger.trials, larger.epochs, larger.reused_epochs], [14, 42, 21]);
    // The first four of random search are the first four of the same seed: what Hyperband trained of them is known.
    const random = await tuned([...args, '--set', 'tune.algorithm=random', '--set', 'tune.trials=4']);
    assert.equal(random.trials, 14);
    assert.equal(random.epochs, 36);
    const seeded = await tuned([...args, '--set', 'tune.trials=9', '--set', 'tune.seed=2']);
    assert.deepEqual([seeded.trials, seeded.reused_epochs], [23, 0]);
    assert.ok(seeded.best.error <= larger.best.error);
    // Another network in the configuration changes nothing here; another batch makes other trials.
    const batch = await tuned([
      ...args,
      '--set',
      'network.type=ae_large',
      '--set',
      'tune.trials=1',
      '--set',
      'training.batch_events=512',
    ]);
    assert.deepEqual([batch.trials, batch.reused_epochs], [1, 0]);
  });
});

test('rmmstream run takes best.yaml as it is', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, settings);
    const { best } = await tuned([config, '--output', join(folder, 'out', 'tune'), '--set', 'tune.trials=4']);
    const { stdout } = await runWell(['run', join(folder, 'out', 'tune', 'best.yaml'), '--json'], folder);
    const { run, directory } = JSON.parse(stdout) as {
      directory: string;
      run: { training: { epochs: readonly unknown[] } };
    };
    assert.equal(directory, join(folder, 'out-best'));
    assert.equal(run.training.epochs.length, 2 * best.epochs);
  });
});

test('the features of a finished run of the same settings are taken, and give the same search', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, settings);
    const args = [config, '--set', 'tune.trials=3'];
    const own = join(folder, 'own');
    await runWell(['tune', ...args, '--output', own], folder);
    await runWell(['run', config, '--output', 'out'], folder);
    const taken = await runWell(['tune', ...args, '--output', 'taken'], folder);
    assert.match(taken.stderr, /taking the features of the finished run in out/);
    assert.ok(!existsSync(join(folder, 'taken', '.work', 'ranges')));
    assert.ok(existsSync(join(folder, 'out', 'features')));
    assert.deepEqual(found(join(folder, 'taken')), found(own));
    // Without --output the search lies within the run's directory.
    await runWell(['tune', ...args], folder);
    assert.deepEqual(found(join(folder, 'out', 'tune')), {
      ...found(own),
      'best.yaml': readFileSync(join(own, 'best.yaml'), 'utf8').replaceAll('../', '../../'),
    });
  });
});

test('what cannot be searched is refused, with the key', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, settings);
    const refused = async (setting: string, code: string, message: RegExp, output = 'tune') => {
      const result = await runCli(['tune', config, '--output', join(folder, output), '--set', setting]);
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, new RegExp(`error\\[${code}\\]`));
      assert.match(result.stderr, message);
    };
    await refused('training.validation_fraction=0', 'tune_no_validation', /validation_fraction is 0/);
    await refused(
      'training.validation_fraction=1e-9',
      'tune_no_validation',
      /none beside them is in the validation split/,
      'no-validation',
    );
    await refused('tune.space.latent={min: 7, max: 6}', 'config_out_of_range', /tune\.space\.latent\.max/);
    await refused(
      'tune.space.encoder=[{min: 500, max: 0}]',
      'tune_space_invalid',
      /tune\.space\.encoder\[0\]\.min is 500, but \d+ columns are trained/,
    );
    // No trial with such an output could be trained; the network of the configuration does not matter.
    await refused(
      'training.loss.type=bce',
      'config_invalid',
      /4 problems .*\n.*tune\.space\.output_activations: loss bce: .*activation relu; expected sigmoid/,
      'bce',
    );
    assert.ok(!existsSync(join(folder, 'bce')));
    const sigmoid = ['--set', 'tune.space.output_activations=[sigmoid]', '--set', 'scaler.type=minmax'];
    const bce = ['--set', 'training.loss.type=bce', '--set', 'tune.trials=1'];
    await tuned([config, '--output', join(folder, 'bce'), ...sigmoid, ...bce]);
    await refused('tune.space.latent.max=5000', 'tune_space_invalid', /tune\.space\.latent\.max is 5000/);
    await refused(
      'selection.leptons=exactly_2',
      'run_changed',
      /selection\.leptons: "at_least_2" -> "exactly_2"/,
    );
  });
});

test('an interrupted search ends with 130 and the tables of what is finished, and goes on', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, settings);
    const output = join(folder, 'tune');
    const records = join(output, '.work', 'trials');
    const { child, result } = startCli(['tune', config, '--output', output]);
    while (child.exitCode === null && (!existsSync(records) || readdirSync(records).length === 0))
      await delay(5);
    child.kill('SIGINT');
    const ended = await result;
    assert.equal(ended.code, 130, ended.stderr);
    assert.match(ended.stderr, /error\[interrupted\]/);
    assert.match(readFileSync(join(output, 'trials.md'), 'utf8'), /^# Trials/);
    const { trials, reused_epochs } = await tuned([config, '--output', output]);
    assert.equal(trials, 17);
    assert.ok(reused_epochs > 0);
  });
});
