import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { BookedLetter } from '../../services/dead-letters/letter-book.js';
import type { RunView } from '../../services/kafka/run-view.js';
import { type Cli, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { letterList, letterObject, letterPage, reasonCounts, redrivenText } from '../letter-pages.js';
import { withRun } from '../with-kafka.js';

export function registerDlq(program: Command, cli: Cli): void {
  const dlq = program
    .command('dlq')
    .description('Dead letters of a run over Kafka: lists and shows them, and sends repaired ones again.')
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream dlq list analysis.yaml --reason weight_not_finite\n  rmmstream dlq show analysis.yaml events/0/12/345\n  rmmstream dlq redrive analysis.yaml events/0/12/345 --set weight=0.5',
    );
  registerList(dlq, cli);
  registerShow(dlq, cli);
  registerRedrive(dlq, cli);
}

/** What is settled is seen from the score files. */
const outputOption = ['--output <directory>', 'where the scorers write (output.directory)'] as const;

function outputOf({ output }: RedriveOptions): ConfigOptions {
  return output === undefined ? {} : { output };
}

interface ListOptions extends ConfigOptions {
  readonly reason?: string;
  readonly stage?: string;
  readonly sample?: string;
  readonly topic?: string;
  readonly all?: boolean;
  readonly limit: string;
}

function registerList(dlq: Command, cli: Cli): void {
  const command = dlq
    .command('list')
    .description('Lists dead letters, each once, with their numbers by reason.')
    .argument('<config>', 'configuration file (YAML)')
    .option('--reason <reason>', 'only those with this reason')
    .option('--stage <stage>', 'only those that this stage has found')
    .option('--sample <sample>', 'only those of this sample')
    .option('--topic <topic>', 'only those of this topic: events, selected, features, scaled, ...')
    .option('--open', 'only those that are open, on their way or of no file (the default)')
    .option('--all', 'also those that are settled or superseded')
    .option('--limit <number>', 'rows of the table', '50')
    .option(...outputOption);
  addSetOption(command).action((file: string, options: ListOptions) =>
    withRun(cli, file, options, async (run) => {
      const limit = Number(options.limit);
      if (!Number.isSafeInteger(limit) || limit < 1)
        throw new RmmError('cli_usage', `--limit ${options.limit}: expected a whole number from 1 on`);
      const { openBook } = await import('../../services/dead-letters/open-book.js');
      const { letters } = await openBook(run);
      const found = letters.filter((letter) => isAskedFor(letter, options, run));
      printResult(cli, letterList(found, limit), {
        reasons: reasonCounts(found),
        letters: found.map(letterObject),
      });
    }),
  );
}

function isAskedFor(
  { letter, state }: BookedLetter,
  { reason, stage, sample, topic, all }: ListOptions,
  { names }: RunView,
): boolean {
  return (
    (all === true || (state !== 'settled' && state !== 'superseded')) &&
    (reason === undefined || letter.reason === reason) &&
    (stage === undefined || letter.stage === stage) &&
    (sample === undefined || letter.source?.sample === sample) &&
    (topic === undefined || letter.topic === topic || names.kindOf(letter.topic) === topic)
  );
}

function registerShow(dlq: Command, cli: Cli): void {
  const command = dlq
    .command('show')
    .description('Shows everything that is known of a dead letter.')
    .argument('<config>', 'configuration file (YAML)')
    .argument('<id>', 'id of the dead letter; the prefix of its topic may be left out')
    .option('--body <file>', 'writes the bytes of the message into this file')
    .option(...outputOption);
  addSetOption(command).action((file: string, id: string, options: ConfigOptions & { body?: string }) =>
    withRun(cli, file, options, async (run) => {
      const { openBook, letterOf } = await import('../../services/dead-letters/open-book.js');
      const { bodyOf, withEvent } = await import('../../services/dead-letters/letter-body.js');
      const booked = await withEvent(run, letterOf(await openBook(run), id, run.names.prefix));
      let wrote = '';
      if (options.body !== undefined) {
        writeBytes(resolve(cli.currentDirectory, options.body), await bodyOf(run, booked));
        wrote = `\n\nwrote its bytes to ${options.body}`;
      }
      const { event, median_weight: _, message } = booked.letter;
      printResult(cli, `${letterPage(booked)}${wrote}`, {
        ...letterObject(booked),
        ...(event === undefined ? {} : { event }),
        ...(message === undefined ? {} : { message }),
      });
    }),
  );
}

interface RedriveOptions {
  readonly output?: string;
  readonly set: readonly string[];
  readonly file?: string;
  readonly fromSource?: boolean;
  readonly asItIs?: boolean;
  readonly block?: string;
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

function registerRedrive(dlq: Command, cli: Cli): void {
  dlq
    .command('redrive')
    .description('Sends dead letters again: events with repaired values, messages repaired or read again.')
    .argument('<config>', 'configuration file (YAML)')
    .argument('<ids...>', 'ids of dead letters; the prefix of their topic may be left out')
    .option(
      '--set <path=number>',
      'sets a value of the event, for example --set weight=0.5 or --set leptons.pt[0]=25.1 (repeatable)',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option(
      '--file <file>',
      'the repaired event as `dlq show --json` prints it, or the repaired bytes of a message',
    )
    .option('--from-source', 'reads the block again from its input file')
    .option('--as-it-is', 'sends the same again, for example after an upgrade or with a raised limit')
    .option('--block <file:first>', 'with --from-source: the block, where the dead letter cannot say it')
    .option('--again', 'even if it was sent again before or has come through')
    .option('--dry-run', 'says what would be sent and what would become of it')
    .option(...outputOption)
    .addHelpText(
      'after',
      '\nAn event that is sent again is scored, never trained on, and marked late; so is a whole block once the scaler is frozen.\n\nExamples:\n  rmmstream dlq redrive analysis.yaml events/0/12/345 --set weight=0.5\n  rmmstream dlq redrive analysis.yaml features/1/7/-1 --from-source',
    )
    .action((config: string, ids: readonly string[], options: RedriveOptions) =>
      withRun(cli, config, outputOf(options), async (run) => {
        if (options.file !== undefined && ids.length > 1)
          throw new RmmError('cli_usage', '--file repairs one dead letter: give one id');
        if (options.block !== undefined && (options.fromSource !== true || ids.length > 1))
          throw new RmmError('cli_usage', '--block goes with --from-source and one id');
        const { redrive } = await import('../../services/dead-letters/redrive.js');
        const dryRun = options.dryRun === true;
        const redriven = await redrive(run, {
          ids,
          set: options.set,
          ...(options.file === undefined
            ? {}
            : { file: { name: options.file, bytes: readBytes(cli, options.file) } }),
          fromSource: options.fromSource === true,
          asItIs: options.asItIs === true,
          ...(options.block === undefined ? {} : { block: options.block }),
          again: options.again === true,
          dryRun,
        });
        const text = redrivenText(redriven, {
          prefix: run.names.prefix,
          isBounded: run.view.state.run?.mode === 'bounded',
          dryRun,
        });
        printResult(cli, text, { redriven, dry_run: dryRun });
      }),
    );
}

function readBytes(cli: Cli, file: string): Uint8Array {
  const path = resolve(cli.currentDirectory, file);
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new RmmError('cli_usage', `--file ${file} cannot be read: ${code}`, { cause });
  }
}

function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw fromSystemError(error, 'writing', path);
  }
}
