import { relative } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../lib/telemetry/format.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { withRun } from '../with-kafka.js';

interface ReplayOptions extends Omit<ConfigOptions, 'output'> {
  readonly model: string;
  readonly output?: string;
  readonly fresh?: boolean;
}

export function registerReplay(program: Command, cli: Cli): void {
  const command = program
    .command('replay')
    .description(
      'Scores the stored features of a run over Kafka again, with another model and its own scaler.',
    )
    .argument('<config>', 'configuration file (YAML)')
    .requiredOption(
      '--model <path or id>',
      'model/ folder or model.zip of a run, or id of a model that this run published',
    )
    .option(
      '--output <directory>',
      'where to write; replays/ID in the output directory of the run by default',
    )
    .option('--fresh', 'start over: what the directory holds of an earlier replay is deleted')
    .addHelpText(
      'after',
      '\nReads from the first message to the last one that is there at the start; the services need not run.\nKilled or interrupted, the same command goes on where it stopped.\n\nExamples:\n  rmmstream replay analysis.yaml --model other/model --output rescored',
    );
  addSetOption(command).action((file: string, options: ReplayOptions) => {
    const { output, model, fresh, ...rest } = options;
    return withRun(cli, file, rest, async (run) => {
      const { replay } = await import('../../services/replay/replay.js');
      const outcome = await replay(run, {
        model,
        currentDirectory: cli.currentDirectory,
        output,
        fresh: fresh === true,
        progress: commandProgress(cli),
        nowMs: () => cli.nowMs(),
      });
      const { directory, scored, late, files, unusable_messages: unusable } = outcome;
      const where = relative(cli.currentDirectory, directory) || directory;
      const more = [
        late > 0 ? `${formatCount(late)} of them late` : '',
        unusable > 0 ? `${formatCount(unusable)} messages are dead letters` : '',
      ].filter((part) => part !== '');
      printResult(
        cli,
        `${formatCount(scored)} events scored with model ${outcome.model} (scaler ${outcome.scaler})${more.length > 0 ? `, ${more.join(', ')}` : ''}: ${formatCount(files)} files in ${where}/scores`,
        outcome,
      );
    });
  });
}
