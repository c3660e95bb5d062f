import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { Compression } from '../../lib/columnar/root-writer/index.js';
import { formatBytes, formatCount } from '../../lib/telemetry/format.js';
import type { AmplifyOptions, AmplifySummary } from '../../services/amplify/amplify.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';

interface Options extends ConfigOptions {
  readonly input?: readonly string[];
  readonly output?: string;
  readonly toTopic?: string;
  readonly rate?: string;
  readonly seconds?: string;
  readonly maxWaiting?: string;
  readonly events?: string;
  readonly factor?: string;
  readonly seed: string;
  readonly compression?: keyof typeof compressions;
  readonly tree?: string;
}

const compressions = {
  lz4: { type: 'lz4' },
  zlib: { type: 'zlib', level: 1 },
  none: { type: 'none' },
} as const satisfies Record<string, Compression>;

export function registerAmplify(program: Command, cli: Cli): void {
  const command = program
    .command('amplify')
    .description(
      'Makes any number of events for load tests: given events, rotated and reflected, to a file or to Kafka.',
    )
    .option('--input <file...>', 'ROOT files with the events to copy, all of one layout')
    .option('--output <file>', 'ROOT file to write')
    .option(
      '--to-topic <config>',
      'instead: copies of the samples of a configuration, straight to the topic of its run over Kafka, in the place of ingest',
    )
    .option('--rate <number>', 'with --to-topic: events a second to hold (default: as fast as it goes)')
    .option('--seconds <number>', 'with --to-topic: for how long, where --events is not given')
    .option(
      '--max-waiting <events>',
      'with --seconds, in a run without end: makes nothing while more events wait to be in score files',
    )
    .option('--events <number>', 'events to make')
    .option('--factor <number>', 'events to make, as a multiple of those in the input')
    .option('--seed <number>', 'the same seed makes the same file', '1')
    .option('--tree <name>', 'the tree to copy (default: the one with the most entries)')
    .addOption(
      new Option('--compression <codec>', 'of the output (default: lz4)').choices(Object.keys(compressions)),
    )
    .addHelpText(
      'after',
      `
Copies are load, not physics: an AUC, a tuning or an early stop that saw them means nothing. Each keeps its first
ancestor's number in the branch parentEventNumber; SumWeights grows with what is made, so yields stay.

On a topic the copies stand under file names that begin with "amplified:", in every message, ledger and score row; topics
that hold a run over files are refused. The other services work as for any run. Ctrl-C ends at once and cleanly, and the
same command goes on.

Examples:
  rmmstream amplify --input mc/ttbar.root --output ttbar-10M.root --events 1e7
  rmmstream amplify --input mc/zee.root mc/zmumu.root --output z.root --factor 20 --compression zlib
  rmmstream amplify --to-topic load.yaml --events 1e8 --rate 50000
  rmmstream amplify --to-topic load.yaml --seconds 600`,
    );
  addSetOption(command).action(async (options: Options) => {
    if (options.toTopic !== undefined) return toTopic(cli, options.toTopic, options);
    const { input, output } = filesOf(options);
    const size = sizeOf(options);
    const progress = commandProgress(cli);
    let before = 0;
    const plan: AmplifyOptions = {
      inputs: input.map((path) => resolve(cli.currentDirectory, path)),
      output: resolve(cli.currentDirectory, output),
      size,
      seed: number('--seed', options.seed, Number.isSafeInteger),
      compression: compressions[options.compression ?? 'lz4'],
      ...(options.tree === undefined ? {} : { tree: options.tree }),
      signal: cli.signal,
      onProgress: (made, events) => {
        if (before === 0) progress.start('amplify', events);
        progress.advance('amplify', made - before);
        before = made;
      },
    };
    try {
      const { amplify } = await import('../../services/amplify/amplify.js');
      const summary = await amplify(plan);
      progress.finish('amplify', 'done');
      printResult(cli, summaryText(output, summary), { output: plan.output, ...summary });
    } finally {
      progress.close();
    }
  });
}

async function toTopic(cli: Cli, config: string, options: Options): Promise<void> {
  refuseTogether('--to-topic', {
    '--input': options.input,
    '--output': options.output,
    '--factor': options.factor,
    '--tree': options.tree,
    '--compression': options.compression,
  });
  const { events, seconds, rate } = options;
  if ((events === undefined) === (seconds === undefined))
    throw new RmmError('cli_usage', 'amplify --to-topic needs either --events or --seconds, and not both');
  const { maxWaiting } = options;
  if (maxWaiting !== undefined && seconds === undefined)
    throw new RmmError('cli_usage', '--max-waiting needs --seconds: a number of --events is planned at once');
  const order = {
    seed: number('--seed', options.seed, (given) => Number.isSafeInteger(given) && given >= 0),
    events: events === undefined ? undefined : number('--events', events, isCount),
    seconds: seconds === undefined ? undefined : number('--seconds', seconds, isPositive),
    rate: rate === undefined ? undefined : number('--rate', rate, isPositive),
    maxWaiting: maxWaiting === undefined ? undefined : number('--max-waiting', maxWaiting, isCount),
  };
  const { amplifyToTopic } = await import('../amplify-to-topic.js');
  await amplifyToTopic(cli, config, options, order);
}

function filesOf(options: Options): { readonly input: readonly string[]; readonly output: string } {
  const { input, output, rate, seconds, maxWaiting, set = [] } = options;
  if (input === undefined || output === undefined) {
    throw new RmmError('cli_usage', 'amplify needs --input FILE and --output FILE, or --to-topic CONFIG');
  }
  refuseTogether('--output', {
    '--rate': rate,
    '--seconds': seconds,
    '--max-waiting': maxWaiting,
    '--set': set.length === 0 ? undefined : set,
  });
  return { input, output };
}

function refuseTogether(flag: string, others: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(others).filter((name) => others[name] !== undefined);
  if (given.length > 0)
    throw new RmmError(
      'cli_usage',
      `${given.join(' and ')} cannot stand beside ${flag}; leave one of them out`,
    );
}

const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
const isPositive = (value: number) => Number.isFinite(value) && value > 0;

function sizeOf({ events, factor }: Options): AmplifyOptions['size'] {
  if ((events === undefined) === (factor === undefined)) {
    throw new RmmError('cli_usage', 'amplify needs either --events or --factor, and not both');
  }
  if (events !== undefined) {
    const value = number('--events', events, isCount);
    return { type: 'events', value };
  }
  return {
    type: 'factor',
    value: number('--factor', factor!, isPositive),
  };
}

function number(flag: string, text: string, fits: (value: number) => boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (fits(value)) return value;
  const what =
    flag === '--seed'
      ? 'an integer'
      : flag === '--events' || flag === '--max-waiting'
        ? 'an integer above 0'
        : 'a number above 0';
  throw new RmmError('cli_usage', `${flag} ${text}: expected ${what}, for example ${flag} 10`);
}

function summaryText(output: string, summary: AmplifySummary): string {
  const lines = [
    `${output}: ${formatCount(summary.events)} events from ${formatCount(summary.parents)}, ${formatBytes(summary.bytes)}`,
  ];
  for (const { name, why } of summary.dropped) lines.push(`left out: branch ${name}, ${why}`);
  return lines.join('\n');
}
