import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../lib/telemetry/format.js';
import { looseSamples } from '../../services/pipeline/loose-inputs.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';
import { openingText } from '../study-page.js';

interface SealOptions extends ConfigOptions {
  readonly run: string;
  readonly name: string;
}

interface OpenOptions extends ConfigOptions {
  readonly run: string;
  readonly inputs?: string;
}

export function registerBlind(program: Command, cli: Cli): void {
  const blind = program
    .command('blind')
    .description('Files that are scored once, at the end, with a search that was frozen before.');
  registerSeal(blind, cli);
  registerOpen(blind, cli);
}

function registerSeal(blind: Command, cli: Cli): void {
  const command = blind
    .command('seal')
    .description(
      'Records which files are blind, by their sha256, with the model and regions of a finished run.',
    )
    .argument('<file...>', 'ROOT files; nothing of their events is read')
    .requiredOption('--run <directory>', 'output directory of the finished run')
    .requiredOption('--name <name>', 'name of the seal; there is one of each')
    .addHelpText(
      'after',
      '\nWrites DIR/blind/NAME.seal.json, which is never written again.\n\nExamples:\n  rmmstream blind seal hidden/*.root --run out --name first\n  rmmstream blind open first --run out',
    );
  addSetOption(command).action(async (files: readonly string[], options: SealOptions) => {
    const { config } = loadForCommand(cli, undefined, { set: options.set ?? [] }, 'none', {
      resolveFiles: false,
    });
    const { sealFiles } = await import('../../services/blind/blind.js');
    const seal = await sealFiles({
      directory: resolve(cli.currentDirectory, options.run),
      shown: options.run,
      name: options.name,
      files: looseSamples(files, cli.currentDirectory, undefined).flatMap(({ name: sample, files: own }) =>
        own.map(({ name, path }) => ({ sample, name, path })),
      ),
      settings: config.report,
      signal: cli.signal,
    });
    printResult(
      cli,
      `${formatCount(seal.files.length)} files sealed with model ${seal.model}: ${join(options.run, 'blind', `${seal.name}.seal.json`)} (${seal.digest.slice(0, 16)})`,
      seal,
    );
  });
}

function registerOpen(blind: Command, cli: Cli): void {
  const command = blind
    .command('open')
    .description('Scores the files of a seal, once, and records the result; a second opening is refused.')
    .argument('<name>', 'name of the seal')
    .requiredOption('--run <directory>', 'output directory of the run that it was made with')
    .option('--inputs <folder>', 'where the files lie; the current directory unless told')
    .option('--workers <number>', 'worker threads (engine.workers)')
    .addHelpText(
      'after',
      '\nKilled or interrupted, the same command goes on where it stopped.\n\nExamples:\n  rmmstream blind open first --run out --inputs /data/hidden',
    );
  addSetOption(command).action(async (name: string, options: OpenOptions) => {
    const { inputs, run: shown, ...rest } = options;
    const { config } = loadForCommand(cli, undefined, rest, 'none', { resolveFiles: false });
    const [{ openSeal }, { openRuns }] = await Promise.all([
      import('../../services/blind/open.js'),
      import('../../services/report/open-runs.js'),
    ]);
    const directory = resolve(cli.currentDirectory, shown);
    const [run] = openRuns([directory], [shown]).joined;
    const folder = inputs === undefined ? cli.currentDirectory : resolve(cli.currentDirectory, inputs);
    const { seal, opening } = await openSeal({
      run: run!,
      name,
      pathOf: (file) => (isAbsolute(file) ? file : join(folder, file)),
      base: config,
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    const where = relative(cli.currentDirectory, join(directory, 'blind')) || 'blind';
    printResult(cli, `${openingText(opening)}\n\nrecorded in ${where}/${seal.name}.opened.json`, opening);
  });
}
