import type { Command } from 'commander';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import type { RunOutcome } from '../../services/pipeline/run.js';
import { joinWatches, type RunWatch, toldGate } from '../../services/pipeline/watch.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand, overridesOf } from '../config-options.js';
import { addMetricsOptions, type MetricsOptions, refuseMetrics, withMetrics } from '../metrics-options.js';
import { runTables } from '../run-tables.js';
import { addServeOptions, refuseServe, type ServeOptions, served } from '../serve-option.js';
import { connectKafka } from '../with-kafka.js';

interface RunOptions extends ConfigOptions, MetricsOptions, ServeOptions {
  readonly fresh?: boolean;
  readonly extend?: boolean;
}

export function registerRun(program: Command, cli: Cli): void {
  const command = program
    .command('run')
    .description('Runs the whole dataflow: ROOT files to features, model, anomaly scores and their figures.')
    .addHelpText(
      'after',
      '\nKilled or interrupted, the same command goes on where it stopped.\n\nExamples:\n  rmmstream run analysis.yaml\n  rmmstream run analysis.yaml --output out --workers 4\n  rmmstream run analysis.yaml --max-events 10000 --set training.epochs=3',
    );
  addServeOptions(addRunOptions(command)).action(async (file: string, options: RunOptions) => {
    await runUntil('scores', cli, file, options, (outcome) => {
      const { state, directory, report } = outcome;
      printResult(cli, runTables(outcome), { state, directory, run: report });
    });
  });
}

export function registerTrain(program: Command, cli: Cli): void {
  const command = program
    .command('train')
    .description('As run, up to the finished model: reads, selects, featurizes, scales and trains.')
    .addHelpText(
      'after',
      '\n`rmmstream run` with the same configuration goes on from there and scores.\n\nExamples:\n  rmmstream train analysis.yaml --output out',
    );
  addRunOptions(command).action(async (file: string, options: RunOptions) => {
    await runUntil('model', cli, file, options, ({ state, directory, report }) => {
      const { model, training, backend } = report;
      const loss = training.epochs.at(-1)?.loss;
      printResult(
        cli,
        `model ${model}, trained on ${training.rows} events with ${backend.name} ${backend.version}, last loss ${loss?.toPrecision(5) ?? '-'}: ${directory}/model`,
        { state, directory, model, training, backend },
      );
    });
  });
}

function addRunOptions(command: Command): Command {
  return addMetricsOptions(
    addConfigOptions(
      command
        .argument('<config>', 'configuration file (YAML)')
        .option('--fresh', 'start over: what the output directory holds of an earlier run is deleted')
        .option(
          '--extend',
          'take in added files or samples: finished ranges are kept, scaler and model are made again',
        ),
    ),
  );
}

async function runUntil(
  until: 'model' | 'scores',
  cli: Cli,
  file: string,
  options: RunOptions,
  show: (outcome: RunOutcome) => void,
): Promise<void> {
  const loaded = loadForCommand(cli, file, options, 'background');
  if (loaded.config.engine.type === 'kafka') {
    show(await runOnKafka(cli, file, options, loaded, until));
    return;
  }
  const { run } = await import('../../services/pipeline/run.js');
  const progress = commandProgress(cli);
  const say = (text: string) => progress.note(text);
  const around = { outputDirectory: loaded.outputDirectory, progress };
  await served(cli, { loaded, file, options, say, show }, ({ watch: page, gate, signal }) =>
    withMetrics(options, { ...around, signal }, (metrics) =>
      run({
        loaded,
        fresh: options.fresh === true,
        extend: options.extend === true,
        until,
        progress,
        nowMs: () => cli.nowMs(),
        watch: watchOfBoth(page, metrics),
        gate: gate === undefined || metrics === undefined ? gate : toldGate(gate, metrics),
        signal,
      }),
    ),
  );
}

function watchOfBoth(page: RunWatch | undefined, metrics: RunWatch | undefined): RunWatch | undefined {
  return page === undefined || metrics === undefined ? (page ?? metrics) : joinWatches([page, metrics]);
}

/** The same over Kafka: every service as a process of this machine. */
async function runOnKafka(
  cli: Cli,
  file: string,
  options: RunOptions,
  loaded: LoadedConfig,
  until: 'model' | 'scores',
): Promise<RunOutcome> {
  refuseMetrics(options);
  refuseServe(options, file);
  if (until === 'model' || options.extend === true) {
    throw new RmmError(
      'cli_usage',
      until === 'model'
        ? 'train works with engine.type: embedded only (--set engine.type=embedded); over Kafka, run trains and scores'
        : '--extend works with engine.type: embedded only; over Kafka, files are added to a run with input.mode: continuous',
    );
  }
  const { runLocal } = await import('../../services/kafka/run-local.js');
  const progress = commandProgress(cli);
  const client = await connectKafka(cli, loaded, (text) => progress.note(text));
  const entry = process.argv[1]!;
  try {
    return await runLocal({
      loaded,
      client,
      fresh: options.fresh === true,
      progress,
      signal: cli.signal,
      random: Math.random,
      clock: systemClock,
      // Whatever was given to this command holds for the services; a port of their own is theirs to find.
      command: ({ service }) => [
        entry,
        'service',
        service,
        '--config',
        file,
        '--json',
        '--drain-with-stdin',
        ...overridesOf(options).flatMap(({ path, value, literal }) => [
          '--set',
          // A text that was taken as it stands is quoted; any other is YAML already.
          `${path}=${literal === true ? JSON.stringify(value) : value}`,
        ]),
        '--port',
        '0',
      ],
      environment: cli.environment,
    });
  } finally {
    await client.close();
  }
}
