import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { Compression } from '../../lib/columnar/root-writer/index.js';
import { formatBytes, formatCount } from '../../lib/telemetry/format.js';
import type { AmplifyOptions, AmplifySummary } from '../../services/amplify/amplify.js';
import { type Cli, commandProgress, printResult } from '../cli.js';

interface Options {
  readonly input: readonly string[];
  readonly output: string;
  readonly events?: string;
  readonly factor?: string;
  readonly seed: string;
  readonly compression: keyof typeof compressions;
  readonly tree?: string;
}

const compressions = {
  lz4: { type: 'lz4' },
  zlib: { type: 'zlib', level: 1 },
  none: { type: 'none' },
} as const satisfies Record<string, Compression>;

export function registerAmplify(program: Command, cli: Cli): void {
  program
    .command('amplify')
    .description('Makes any number of events for load tests: given events, rotated and reflected.')
    .requiredOption('--input <file...>', 'ROOT files with the events to copy, all of one layout')
    .requiredOption('--output <file>', 'ROOT file to write')
    .option('--events <number>', 'events to make')
    .option('--factor <number>', 'events to make, as a multiple of those in the input')
    .option('--seed <number>', 'the same seed makes the same file', '1')
    .option('--tree <name>', 'the tree to copy (default: the one with the most entries)')
    .addOption(
      new Option('--compression <codec>', 'of the output').choices(Object.keys(compressions)).default('lz4'),
    )
    .addHelpText(
      'after',
      `
Copies are load, not physics: an AUC, a tuning or an early stop that saw them means nothing. Each keeps its first
ancestor's number in the branch parentEventNumber; SumWeights grows with what is made, so yields stay.

Examples:
  rmmstream amplify --input mc/ttbar.root --output ttbar-10M.root --events 1e7
  rmmstream amplify --input mc/zee.root mc/zmumu.root --output z.root --factor 20 --compression zlib`,
    )
    .action(async (options: Options) => {
      const size = sizeOf(options);
      const progress = commandProgress(cli);
      let before = 0;
      const plan: AmplifyOptions = {
        inputs: options.input.map((path) => resolve(cli.currentDirectory, path)),
        output: resolve(cli.currentDirectory, options.output),
        size,
        seed: number('--seed', options.seed, Number.isSafeInteger),
        compression: compressions[options.compression],
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
        printResult(cli, summaryText(options.output, summary), { output: plan.output, ...summary });
      } finally {
        progress.close();
      }
    });
}

function sizeOf({ events, factor }: Options): AmplifyOptions['size'] {
  if ((events === undefined) === (factor === undefined)) {
    throw new RmmError('cli_usage', 'amplify needs either --events or --factor, and not both');
  }
  if (events !== undefined) {
    const value = number('--events', events, (given) => Number.isSafeInteger(given) && given > 0);
    return { type: 'events', value };
  }
  return {
    type: 'factor',
    value: number('--factor', factor!, (given) => given > 0 && Number.isFinite(given)),
  };
}

function number(flag: string, text: string, fits: (value: number) => boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (fits(value)) return value;
  const what =
    flag === '--factor' ? 'a number above 0' : flag === '--seed' ? 'an integer' : 'an integer above 0';
  throw new RmmError('cli_usage', `${flag} ${text}: expected ${what}, for example ${flag} 10`);
}

function summaryText(output: string, summary: AmplifySummary): string {
  const lines = [
    `${output}: ${formatCount(summary.events)} events from ${formatCount(summary.parents)}, ${formatBytes(summary.bytes)}`,
  ];
  for (const { name, why } of summary.dropped) lines.push(`left out: branch ${name}, ${why}`);
  return lines.join('\n');
}
