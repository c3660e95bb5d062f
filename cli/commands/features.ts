import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../lib/telemetry/format.js';
import { looseSamples } from '../../services/pipeline/loose-inputs.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';

interface FeaturesOptions extends ConfigOptions {
  readonly input: readonly string[];
  readonly output: string;
  readonly config?: string;
}

export function registerFeatures(program: Command, cli: Cli): void {
  const command = program
    .command('features')
    .description('Writes the features of selected events as one Parquet table, a row an event.')
    .requiredOption('--input <file...>', 'ROOT files')
    .requiredOption('--output <file.parquet>', 'the table to write')
    .option(
      '--config <config>',
      'configuration with selection, features, profile, luminosity; its samples are not read',
    )
    .option('--workers <number>', 'worker threads (engine.workers)')
    .option('--max-events <number>', 'read at most this many entries of each file (input.max_events)')
    .addHelpText(
      'after',
      '\nColumns: run_number, event_number, channel, weight, met, mll; for the matrix cells and values (the non-zero cells, row by row), for report33 and its kin a column for each feature.\n\nExamples:\n  rmmstream features --input zee.root --output zee.parquet\n  rmmstream features --input mc/*.root --output table.parquet --set features.type=report33',
    );
  addSetOption(command).action(async (options: FeaturesOptions) => {
    const { output, ...rest } = options;
    const loaded = loadForCommand(cli, options.config, rest, 'none', { resolveFiles: false });
    const { makeFeatureTable } = await import('../../services/pipeline/features-command.js');
    const outcome = await makeFeatureTable({
      loaded,
      samples: looseSamples(options.input, cli.currentDirectory, undefined),
      output: resolve(cli.currentDirectory, output),
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    const dead = Object.values(outcome.deadLetters).reduce((sum, count) => sum + count, 0);
    const lost = dead === 0 ? '' : `; ${formatCount(dead)} dead letters in ${outcome.deadLetterFile}`;
    printResult(
      cli,
      `${formatCount(outcome.rows)} of ${formatCount(outcome.read)} events, features ${outcome.layout}: ${output}${lost}`,
      outcome,
    );
  });
}
