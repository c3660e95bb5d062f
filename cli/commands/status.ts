import type { Command } from 'commander';
import { systemClock } from '../../lib/base/clock.js';
import { type Cli, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { wholeNumber } from '../numbers.js';
import { runTarget } from '../run-target.js';
import {
  directoryStatusObject,
  directoryStatusText,
  doubtText,
  kafkaStatusObject,
  kafkaStatusText,
} from '../status-page.js';
import { withRun } from '../with-kafka.js';

interface StatusOptions extends ConfigOptions {
  readonly over: string;
  readonly finished?: boolean;
}

/** States that are no reason to look. */
const fine: ReadonlySet<string> = new Set(['finished', 'working']);

export function registerStatus(program: Command, cli: Cli): void {
  const command = program
    .command('status')
    .description('Says how far a run is, who works on it, and whether it is finished, stopped or stalled.')
    .argument(
      '<config|directory>',
      'configuration file (YAML), or the output directory of a run in one process',
    )
    .option(
      '--over <seconds>',
      'over Kafka: look twice, so far apart, and longer where files may be filling, to see what stands still; 0 looks once',
      '5',
    )
    .option('--finished', 'exit code 0 only where the run is finished')
    .option('--output <directory>', 'where the run writes (output.directory)')
    .addHelpText(
      'after',
      '\nReads only: joins no group, commits nothing, takes no lock. Exit code 0 where the run is finished or at work,\n1 where it is stopped, stalled or failed, 2 where there is none.\n\nExamples:\n  rmmstream status analysis.yaml\n  rmmstream status out --json',
    );
  addSetOption(command).action(async (given: string, options: StatusOptions) => {
    const over = wholeNumber('--over', options.over, { from: 0, to: 86_400 });
    const target = runTarget(cli, given, options);
    const close = (state: string) => {
      cli.exitCode = state === 'finished' || (options.finished !== true && fine.has(state)) ? 0 : 1;
    };
    if (target.kind === 'kafka') {
      await withRun(cli, given, options, async (run) => {
        const { kafkaStatus } = await import('../../services/status/kafka-status.js');
        const onDoubt = (seconds: number) => {
          if (!cli.json) cli.stderr.write(`${doubtText(seconds)}\n`);
        };
        const status = await kafkaStatus(run, { overSeconds: over, clock: systemClock, onDoubt });
        printResult(cli, kafkaStatusText(status, systemClock.wallMs()), kafkaStatusObject(status));
        close(status.state);
      });
      return;
    }
    const { directoryFacts } = await import('../../services/status/directory-facts.js');
    const { directoryVerdict } = await import('../../services/status/directory-verdict.js');
    const facts = directoryFacts(target.directory);
    const verdict = directoryVerdict(facts);
    printResult(
      cli,
      directoryStatusText(facts, verdict, systemClock.wallMs()),
      directoryStatusObject(facts, verdict),
    );
    close(verdict.state);
  });
}
