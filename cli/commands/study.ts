import { relative } from 'node:path';
import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { formatCount } from '../../lib/telemetry/format.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand } from '../config-options.js';
import { studyText } from '../study-page.js';

interface StudyOptions extends ConfigOptions {
  readonly fresh?: boolean;
}

export function registerStudy(program: Command, cli: Cli): void {
  const command = program
    .command('study')
    .description(
      'Tests what the search would find: channels left out, scaled pT, shuffled features, injected signal.',
    )
    .argument('<config>', 'configuration file (YAML); its section study says which')
    .option('--fresh', 'start over: what the directory holds of the run and of earlier studies is deleted')
    .addHelpText(
      'after',
      '\nMakes the run itself first, unless it is finished. Results are in DIR/study/study.json, and `rmmstream report DIR`\nshows them. Killed or interrupted, the same command goes on where it stopped. docs/studies.md says what each study is.\n\nExamples:\n  rmmstream study analysis.yaml\n  rmmstream study analysis.yaml --set study.channel_removal=false --set "study.scaling_factors=[3, 10]"',
    );
  addConfigOptions(command).action(async (file: string, options: StudyOptions) => {
    const loaded = loadForCommand(cli, file, options, 'background');
    if (loaded.config.input.mode === 'continuous' || loaded.config.engine.type !== 'embedded') {
      throw new RmmError(
        'cli_usage',
        'study trains on its own many times, in one process; set input.mode: bounded and engine.type: embedded',
      );
    }
    const { study } = await import('../../services/study/study.js');
    const outcome = await study({
      loaded,
      fresh: options.fresh === true,
      progress: commandProgress(cli),
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
    });
    const where = relative(cli.currentDirectory, outcome.directory) || outcome.directory;
    const known = outcome.known === 0 ? '' : `, ${formatCount(outcome.known)} of them on record before`;
    printResult(
      cli,
      `${studyText(outcome.study)}\n\n${formatCount(outcome.study.tasks.length)} tasks${known}: ${where}/study.json`,
      outcome.study,
    );
  });
}
