import type { Command } from 'commander';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand } from '../config-options.js';
import { runTables } from '../run-tables.js';

interface RunOptions extends ConfigOptions {
  readonly fresh?: boolean;
  readonly extend?: boolean;
}

export function registerRun(program: Command, cli: Cli): void {
  const command = program
    .command('run')
    .description('Runs the whole dataflow: ROOT files to features, model, anomaly scores and their figures.')
    .argument('<config>', 'configuration file (YAML)')
    .option('--fresh', 'start over: what the output directory holds of an earlier run is deleted')
    .option(
      '--extend',
      'take in added files or samples: finished ranges are kept, scaler and model are made again',
    )
    .addHelpText(
      'after',
      '\nKilled or interrupted, the same command goes on where it stopped.\n\nExamples:\n  rmmstream run analysis.yaml\n  rmmstream run analysis.yaml --output out --workers 4\n  rmmstream run analysis.yaml --max-events 10000 --set training.epochs=3',
    );
  addConfigOptions(command).action(async (file: string, options: RunOptions) => {
    const loaded = loadForCommand(cli, file, options, 'background');
    const { run } = await import('../../services/pipeline/run.js');
    const outcome = await run({
      loaded,
      fresh: options.fresh === true,
      extend: options.extend === true,
      until: 'scores',
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    printResult(cli, runTables(outcome), {
      state: outcome.state,
      directory: outcome.directory,
      run: outcome.report,
    });
  });
}

export function registerTrain(program: Command, cli: Cli): void {
  const command = program
    .command('train')
    .description('As run, up to the finished model: reads, selects, featurizes, scales and trains.')
    .argument('<config>', 'configuration file (YAML)')
    .option('--fresh', 'start over: what the output directory holds of an earlier run is deleted')
    .option(
      '--extend',
      'take in added files or samples: finished ranges are kept, scaler and model are made again',
    )
    .addHelpText(
      'after',
      '\n`rmmstream run` with the same configuration goes on from there and scores.\n\nExamples:\n  rmmstream train analysis.yaml --output out',
    );
  addConfigOptions(command).action(async (file: string, options: RunOptions) => {
    const loaded = loadForCommand(cli, file, options, 'background');
    const { run } = await import('../../services/pipeline/run.js');
    const { report, directory, state } = await run({
      loaded,
      fresh: options.fresh === true,
      extend: options.extend === true,
      until: 'model',
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    const { model, training, backend } = report;
    const loss = training.epochs.at(-1)?.loss;
    printResult(
      cli,
      `model ${model}, trained on ${training.rows} events with ${backend.name} ${backend.version}, last loss ${loss?.toPrecision(5) ?? '-'}: ${directory}/model`,
      { state, directory, model, training, backend },
    );
  });
}
