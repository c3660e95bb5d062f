import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { formatCount } from '../../lib/telemetry/format.js';
import type { TuneOutcome } from '../../services/tune/tune.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand } from '../config-options.js';

interface TuneOptions extends ConfigOptions {
  readonly fresh?: boolean;
  readonly extend?: boolean;
}

export function registerTune(program: Command, cli: Cli): void {
  const command = program
    .command('tune')
    .description('Searches for the network and the learning rate with the least validation error.')
    .argument('<config>', 'configuration file (YAML); its section tune says how')
    .option('--fresh', 'start over: what the output directory holds of an earlier search is deleted')
    .option('--extend', 'take in added files or samples: the sample is drawn again, and trials are new')
    .addHelpText(
      'after',
      '\nWrites best.yaml for `rmmstream run`, trials.md, trials.csv and trials.svg; --output is their folder, by default\nDIR/tune in the output.directory DIR. Killed or interrupted, the same command goes on where it stopped; with a larger\nbudget or another tune.seed it takes finished trials as they are. docs/tuning.md says more.\n\nExamples:\n  rmmstream tune analysis.yaml --set tune.minutes=15\n  rmmstream tune analysis.yaml --set tune.algorithm=random --set tune.trials=20 --output random\n  rmmstream run out/tune/best.yaml',
    );
  addConfigOptions(command).action(async (file: string, options: TuneOptions) => {
    const { output, ...rest } = options;
    const loaded = loadForCommand(cli, file, rest, 'background');
    const { input, training } = loaded.config;
    if (input.mode === 'continuous') {
      throw new RmmError('cli_usage', 'tune needs input that has an end; set input.mode: bounded');
    }
    if (training.validation_fraction === 0) {
      throw new RmmError(
        'tune_no_validation',
        'training.validation_fraction is 0, so there is no event by which configurations could be compared; expected more than 0',
      );
    }
    const directory =
      output === undefined ? join(loaded.outputDirectory, 'tune') : resolve(cli.currentDirectory, output);
    const { tune } = await import('../../services/tune/tune.js');
    const outcome = await tune({
      loaded,
      directory,
      fresh: options.fresh === true,
      extend: options.extend === true,
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    printResult(cli, tuneText(outcome, output ?? `${loaded.config.output.directory}/tune`), outcome);
  });
}

function tuneText(
  { best, trials, diverged, epochs, reused_epochs, state }: TuneOutcome,
  shown: string,
): string {
  const lost = diverged === 0 ? '' : `, ${formatCount(diverged)} of them diverged`;
  const reused = reused_epochs === 0 ? '' : `, ${formatCount(reused_epochs)} of them on record before`;
  const lines = [
    `${formatCount(trials)} trials${lost}; ${formatCount(epochs)} epochs${reused}`,
    `best: trial ${best.id}, validation error ${best.error.toPrecision(5)} after ${best.epochs} epochs, latent width ${best.latent}, learning rate ${best.learning_rate}`,
    `${shown}/best.yaml for rmmstream run; all trials in ${shown}/trials.md, trials.csv, trials.svg`,
  ];
  return [...(state === 'nothing-new' ? ['nothing new to train'] : []), ...lines].join('\n');
}
