import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import { terminalPainter } from '../../lib/telemetry/terminal-painter.js';
import { runAddresses } from '../../services/pipeline/run-addresses.js';
import { metricsPage, reachable } from '../../services/top/addresses.js';
import { type TopRow, topRows } from '../../services/top/rows.js';
import { type Scrape, scrape } from '../../services/top/scrape.js';
import { type Cli, printResult, untilLeft } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';
import { wholeNumber } from '../numbers.js';
import { fitting, topObject, topTable } from '../top-page.js';

interface TopOptions extends ConfigOptions {
  readonly config?: string;
  readonly interval: string;
  readonly once?: boolean;
}

/** A page that takes longer is not waited for: its row says so. */
const mostTimeoutMs = 3_000;

export function registerTop(program: Command, cli: Cli): void {
  const command = program
    .command('top')
    .description('Shows stages at work: rate, lag, busy, memory, again and again.')
    .argument('[addresses...]', 'host:port or page of services (/metrics)')
    .option('--config <file>', 'find addresses in this configuration and in its run on this machine')
    .option('--interval <seconds>', 'seconds between two looks, over which rates are taken', '2')
    .option('--once', 'look twice, print once')
    .option('--output <directory>', 'where the run of --config writes (output.directory)')
    .addHelpText(
      'after',
      '\nOn a terminal the table is drawn in one place; elsewhere it is printed at each look, with --json as one object a\nline. Ctrl-C ends it, and the end of what reads it. An address that does not answer is a row that says so.\n\nExamples:\n  rmmstream top --config analysis.yaml\n  rmmstream top 127.0.0.1:9464 node7:9464 --interval 10\n  rmmstream top 127.0.0.1:9464 --once --json',
    );
  addSetOption(command).action(async (given: readonly string[], options: TopOptions) => {
    const seconds = wholeNumber('--interval', options.interval, { from: 1, to: 3600 });
    const find = addressFinder(cli, given, options);
    // Wrong addresses are told before anything is asked.
    for (const address of find()) metricsPage(address);
    const { signal, giveBack } = untilLeft(cli);
    try {
      await watch(cli, find, { seconds, once: options.once === true, signal });
    } finally {
      giveBack();
    }
  });
}

interface WatchOptions {
  readonly seconds: number;
  readonly once: boolean;
  readonly signal: AbortSignal;
}

async function watch(
  cli: Cli,
  find: () => readonly string[],
  { seconds, once, signal }: WatchOptions,
): Promise<void> {
  const show = shower(cli, once);
  const options = { timeoutMs: Math.min(mostTimeoutMs, 1000 * seconds), signal, nowMs: () => cli.nowMs() };
  let before: readonly Scrape[] = [];
  for (let look = 0; !signal.aborted; look += 1) {
    const now = await Promise.all(find().map((address) => scrape(address, metricsPage(address), options)));
    // What was on its way when the interrupt came is no finding.
    if (signal.aborted) return;
    if (!once || look > 0) show(topRows(before, now));
    if (once && look > 0) return;
    before = now;
    await sleep(1000 * seconds, signal).catch(() => {});
  }
}

function shower(cli: Cli, once: boolean): (rows: readonly TopRow[]) => void {
  const { stdout } = cli;
  if (!cli.json && !once && stdout.isTerminal) {
    const painter = terminalPainter(
      (text) => stdout.write(text),
      () => stdout.columns(),
    );
    return (rows) => painter.paint(fitting(topText(rows), stdout.rows?.() ?? 24));
  }
  let isFirst = true;
  return (rows) => {
    printResult(cli, `${isFirst ? '' : '\n'}${topText(rows)}`, { stages: rows.map(topObject) });
    isFirst = false;
  };
}

/** A run that was found by its configuration is over at some time. */
function topText(rows: readonly TopRow[]): string {
  return rows.length === 0 ? 'nothing is at work: the run is over' : topTable(rows);
}

/** Where to look, asked anew at each look: services of a run on this machine come back on other ports. */
function addressFinder(cli: Cli, given: readonly string[], options: TopOptions): () => readonly string[] {
  const loaded =
    options.config === undefined
      ? undefined
      : loadForCommand(cli, options.config, options, 'none', { resolveFiles: false });
  const find = () => [...new Set([...given, ...(loaded === undefined ? [] : addressesOf(loaded))])];
  if (find().length > 0) return find;
  throw new RmmError(
    'cli_usage',
    loaded === undefined
      ? 'give the address of at least one service, or --config'
      : loaded.config.engine.type === 'kafka'
        ? `${options.config} says no address (service.port is 0: each service takes a free port and says which), and no run of it lasts on this machine: give addresses`
        : `no run of ${options.config} with --metrics-port works in ${loaded.outputDirectory} on this machine: start it with --metrics-port 0, say where it writes (--output), or give addresses`,
  );
}

function addressesOf({ config, outputDirectory }: LoadedConfig): string[] {
  const { host, port } = config.service;
  return [
    ...(config.engine.type === 'kafka' && port > 0 ? [reachable(host, port)] : []),
    ...runAddresses(outputDirectory).map((found) => reachable(found.host, found.port)),
  ];
}
