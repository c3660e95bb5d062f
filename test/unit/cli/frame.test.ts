import assert from 'node:assert/strict';
import test from 'node:test';
import type { Cli } from '../../../cli/cli.js';
import { overridesOf } from '../../../cli/config-options.js';
import { createProgram, type RegisterCommand, runProgram } from '../../../cli/frame.js';
import { RmmError } from '../../../lib/base/error.js';
import { fakeCli } from './fake-cli.js';

const commands: readonly RegisterCommand[] = [
  (program, cli) =>
    void program
      .command('measure')
      .argument('<file>')
      .option('--weight <number>')
      .action((file: string) => cli.stdout.write(`${file} ${cli.json}\n`)),
  (program, cli) =>
    void program
      .command('config')
      .command('show')
      .action(() => cli.stdout.write(`shown ${cli.json}\n`)),
];

async function usageError(cli: Cli, ...argv: string[]): Promise<string> {
  try {
    await runProgram(createProgram(cli, commands), argv);
  } catch (error) {
    assert.ok(error instanceof RmmError);
    assert.equal(error.code, 'cli_usage');
    assert.equal(error.exit, 2);
    return error.message;
  }
  assert.fail('nothing was thrown');
}

test('usage errors name what is wrong and the nearest guess', async () => {
  const { cli, out, err } = fakeCli();
  assert.equal(await usageError(cli, 'mesure'), "unknown command 'mesure'; did you mean measure?");
  assert.equal(
    await usageError(cli, 'measure', 'f', '--wieght', '3'),
    "unknown option '--wieght'; did you mean --weight?",
  );
  assert.equal(await usageError(cli, 'measure'), "missing required argument 'file'");
  assert.equal(
    await usageError(cli, 'measure', 'a', 'b'),
    "too many arguments for 'measure'. Expected 1 argument but got 2.",
  );
  assert.equal(
    await usageError(cli, 'measure', 'a', '--weight'),
    "option '--weight <number>' argument missing",
  );
  assert.equal(await usageError(cli, 'config', 'sow'), "unknown command 'sow'; did you mean show?");
  assert.equal(await usageError(cli), 'no command given; expected one of measure, config');
  for (const argv of [['config'], ['config', '--json'], ['--json', 'config']])
    assert.equal(await usageError(cli, ...argv), 'no command of config given; expected one of show');
  assert.equal(out() + err(), '', 'the message is printed once, by main');
});

test('--json is understood before and after the command', async () => {
  for (const argv of [
    ['--json', 'measure', 'f'],
    ['measure', '--json', 'f'],
    ['measure', 'f', '--json'],
  ]) {
    const { cli, out } = fakeCli();
    await runProgram(createProgram(cli, commands), argv);
    assert.equal(out(), 'f true\n');
  }
  const { cli, out } = fakeCli();
  await runProgram(createProgram(cli, commands), ['config', 'show', '--json']);
  assert.equal(out(), 'shown true\n');
});

test('help and version are results', async () => {
  const { cli, out } = fakeCli();
  await runProgram(createProgram(cli, commands), ['measure', '--help']);
  assert.match(out(), /^Usage: rmmstream measure \[options\] <file>/);
  await runProgram(createProgram(cli, commands), ['--version']);
  assert.match(out(), /\d+\.\d+\.\d+\n$/);
});

test('options stand for keys of the configuration; an output directory is text whatever it looks like', () => {
  assert.deepEqual(
    overridesOf({
      output: '12',
      workers: '4',
      maxEvents: '1000',
      verifyInputs: true,
      set: ['training.epochs=3', 'scores=[error]', 'input.profile=a=b'],
    }),
    [
      { path: 'training.epochs', value: '3', flag: '--set training.epochs' },
      { path: 'scores', value: '[error]', flag: '--set scores' },
      { path: 'input.profile', value: 'a=b', flag: '--set input.profile' },
      { path: 'output.directory', value: '12', flag: '--output', literal: true },
      { path: 'engine.workers', value: '4', flag: '--workers' },
      { path: 'input.max_events', value: '1000', flag: '--max-events' },
      { path: 'input.verify_inputs', value: true, flag: '--verify-inputs' },
    ],
  );
  assert.throws(() => overridesOf({ set: ['training.epochs'] }), { code: 'cli_usage' });
});
