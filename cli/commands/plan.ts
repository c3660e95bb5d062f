import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { PlanRequest } from '../../services/plan/request.js';
import { type Cli, printResult } from '../cli.js';
import { planObject, planText, simulationText } from '../plan-page.js';

interface Options {
  readonly events: string;
  readonly bytesPerEvent: string;
  readonly hours: string;
  readonly mode: PlanRequest['mode'];
  readonly selected?: string;
  readonly trained?: string;
  readonly epochs?: string;
  readonly replication?: string;
  readonly retentionHours?: string;
  readonly headroom?: string;
  readonly brokerDisk?: string;
  readonly diskFill?: string;
  readonly rates?: string;
  readonly rate: readonly string[];
  readonly simulate?: boolean;
}

export function registerPlan(program: Command, cli: Cli): void {
  program
    .command('plan')
    .description(
      'Computes what a run over Kafka needs: copies, partitions, brokers, disk, network; every number with its formula.',
    )
    .requiredOption('--events <number>', 'events of the input files')
    .requiredOption('--bytes-per-event <number>', 'bytes of the input files for each event')
    .requiredOption('--hours <number>', 'how long the run may take')
    .addOption(
      new Option('--mode <mode>', 'bounded: files that are there; continuous: events come evenly')
        .choices(['bounded', 'continuous'])
        .default('bounded'),
    )
    .option('--selected <share>', 'share of the events that is selected (default: 0.83, the shipped sample)')
    .option('--trained <share>', 'share of the selected events that is trained on (default: 0.72)')
    .option('--epochs <number>', 'epochs over the training events (default: 10)')
    .option('--replication <number>', 'copies of every message (default: 3)')
    .option('--retention-hours <number>', 'how long events and selected are kept (default: 0, until deleted)')
    .option('--headroom <factor>', 'planned is for so many times the mean load (default: 1.5)')
    .option('--broker-disk <bytes>', 'disk of one broker (default: 4e12)')
    .option('--disk-fill <share>', 'share of a disk that may fill (default: 0.8)')
    .option('--rates <file>', 'rates of one copy of each stage on your machines (YAML or JSON)')
    .option(
      '--rate <name=number>',
      'one of them, for example --rate trainer=24760 (repeatable)',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--simulate', 'runs the plan, and one with a copy less at its bottleneck, in a model of queues')
    .addHelpText(
      'after',
      `
Rates are those of docs/benchmarks.md unless you give your own; docs/scaling.md explains each number and how to measure.

Examples:
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24 --mode continuous --retention-hours 6 --epochs 1
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24 --rates our-cluster.yaml --simulate --json`,
    )
    .action(async (options: Options) => {
      const { planCapacity } = await import('../../services/plan/plan.js');
      const plan = planCapacity(await requestOf(cli, options));
      if (options.simulate !== true) {
        printResult(cli, planText(plan), planObject(plan));
        return;
      }
      const { simulate } = await import('../../services/plan/simulate.js');
      const simulations = { planned: simulate(plan), one_copy_fewer: simulate(plan, plan.spread.bottleneck) };
      const text = `${planText(plan)}\n\n${simulationText(plan, simulations)}`;
      printResult(cli, text, { ...planObject(plan), simulations });
    });
}

async function requestOf(cli: Cli, options: Options): Promise<PlanRequest> {
  const { usualRequest } = await import('../../services/plan/request.js');
  const { readRates } = await import('../../services/plan/read-rates.js');
  const { rates: file } = options;
  const path = file === undefined ? undefined : resolve(cli.currentDirectory, file);
  const or = (text: string | undefined, usual: number) => (text === undefined ? usual : numberOf(text));
  return {
    events: numberOf(options.events),
    bytesPerEvent: numberOf(options.bytesPerEvent),
    hours: numberOf(options.hours),
    mode: options.mode,
    selected: or(options.selected, usualRequest.selected),
    trained: or(options.trained, usualRequest.trained),
    epochs: or(options.epochs, usualRequest.epochs),
    replication: or(options.replication, usualRequest.replication),
    retentionHours: or(options.retentionHours, usualRequest.retentionHours),
    headroom: or(options.headroom, usualRequest.headroom),
    brokerDisk: or(options.brokerDisk, usualRequest.brokerDisk),
    diskFill: or(options.diskFill, usualRequest.diskFill),
    rates: readRates(
      path === undefined ? undefined : { name: file!, text: textOf(path) },
      options.rate.map(pairOf),
    ),
  };
}

/** What is no number becomes NaN, which the plan refuses by the option's name. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function pairOf(text: string): readonly [string, number] {
  const cut = text.indexOf('=');
  if (cut <= 0)
    throw new RmmError('cli_usage', `--rate ${text}: expected NAME=NUMBER, for example --rate scorer=200000`);
  return [text.slice(0, cut), numberOf(text.slice(cut + 1))];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fromSystemError(error, 'reading', path);
  }
}
