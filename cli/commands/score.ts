import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../lib/telemetry/format.js';
import { looseSamples } from '../../services/pipeline/loose-inputs.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';

interface ScoreOptions extends ConfigOptions {
  readonly model: string;
  readonly input: readonly string[];
  readonly output: string;
  readonly sample?: string;
  readonly fresh?: boolean;
}

export function registerScore(program: Command, cli: Cli): void {
  const command = program
    .command('score')
    .description('Scores ROOT files with a finished model; its selection, features and luminosity hold.')
    .requiredOption('--model <path>', 'model/ folder or model.zip of a finished run')
    .requiredOption('--input <file...>', 'ROOT files')
    .requiredOption('--output <directory>', 'where to write')
    .option('--sample <name>', 'sample name of all files; the default is the name of each file')
    .option('--fresh', 'start over: what the output directory holds of earlier scoring is deleted')
    .option('--workers <number>', 'worker threads (engine.workers)')
    .option('--max-events <number>', 'read at most this many entries of each sample (input.max_events)')
    .addHelpText(
      'after',
      '\nKilled or interrupted, the same command goes on where it stopped.\n\nExamples:\n  rmmstream score --model out/model --input new/*.root --output scored',
    );
  addSetOption(command).action(async (options: ScoreOptions) => {
    const { output, ...rest } = options;
    const { config } = loadForCommand(cli, undefined, rest, 'none', { resolveFiles: false });
    const { scoreFiles } = await import('../../services/pipeline/score-command.js');
    const outcome = await scoreFiles({
      modelFolder: resolve(cli.currentDirectory, options.model),
      samples: looseSamples(options.input, cli.currentDirectory, options.sample),
      outputDirectory: resolve(cli.currentDirectory, output),
      fresh: options.fresh === true,
      base: config,
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    const did = outcome.state === 'done' ? '' : 'nothing to do, finished before: ';
    printResult(
      cli,
      `${did}${formatCount(outcome.scored)} of ${formatCount(outcome.read)} events scored with model ${outcome.model}: ${output}/scores`,
      outcome,
    );
  });
}
