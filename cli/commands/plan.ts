import { type Command, Option } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { MeasuredPlan } from '../../services/plan/measure/measured-plan.js';
import { type Cli, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { planObject, planText, simulationObject, simulationText } from '../plan-page.js';
import type { PlanOptions } from '../plan-request.js';

interface Options extends PlanOptions, Pick<ConfigOptions, 'maxEvents' | 'set'> {
  readonly measure?: string | true;
  readonly services?: readonly string[];
  readonly simulate?: boolean;
}

export function registerPlan(program: Command, cli: Cli): void {
  const command = program
    .command('plan')
    .description(
      'Computes what a run over Kafka needs: copies, partitions, brokers, disk, network; every number with its formula.',
    )
    .requiredOption('--events <number>', 'events of the input files')
    .requiredOption('--hours <number>', 'how long the run may take')
    .option('--bytes-per-event <number>', 'bytes of the input files for each event (--measure finds it)')
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
    .option(
      '--measure [config]',
      'measure them first, on the files of a configuration (default: the shipped sample): some 15 s',
    )
    .option(
      '--services <addresses...>',
      'or take them from what services at work have done: host:port of each',
    )
    .option(
      '--max-events <number>',
      'with --measure: entries of each sample to measure with (default: 20000)',
    )
    .option(
      '--simulate',
      'runs its copies and partitions, and a copy less where it is missed most, in a model of queues',
    )
    .addHelpText(
      'after',
      `
Rates are those of docs/benchmarks.md unless you give or measure your own; the plan says where each comes from, and
docs/scaling.md explains each number.

Examples:
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24 --mode continuous --retention-hours 6 --epochs 1
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24 --rates our-cluster.yaml --simulate --json
  rmmstream plan --events 1e9 --hours 24 --measure analysis.yaml
  rmmstream plan --events 1e9 --bytes-per-event 2000 --hours 24 --services node1:9464 node2:9464`,
    );
  addSetOption(command).action(async (options: Options) => {
    const { planCapacity } = await import('../../services/plan/plan.js');
    const { checkRequest } = await import('../../services/plan/request.js');
    const { planRequest, ratesText } = await import('../plan-request.js');
    const file = options.rates === undefined ? undefined : ratesText(options.rates, cli.currentDirectory);
    // What makes no sense is told before anything is measured.
    checkRequest(
      planRequest(options, file, options.measure === undefined ? undefined : nothingMeasured).request,
    );
    const measured = await measuredOf(cli, options);
    const { request, from } = planRequest(options, file, measured);
    const plan = planCapacity(request);
    const origins = { from, measured };
    if (options.simulate !== true) {
      printResult(cli, planText(plan, origins), planObject(plan, origins));
      return;
    }
    const { mostMissed, simulate } = await import('../../services/plan/simulate.js');
    const missed = mostMissed(plan);
    const simulations = { planned: simulate(plan), missed, one_copy_fewer: simulate(plan, missed) };
    const text = `${planText(plan, origins)}\n\n${simulationText(simulations)}`;
    printResult(cli, text, { ...planObject(plan, origins), simulations: simulationObject(simulations) });
  });
}

/** Stands for a measurement that is still to come. */
const nothingMeasured: MeasuredPlan = {
  rates: { from: '', pairs: [] },
  selected: 1,
  trained: 1,
  epochs: 1,
  bytesPerEvent: 1,
  notes: [],
};

async function measuredOf(cli: Cli, options: Options): Promise<MeasuredPlan | undefined> {
  const { measure, services, maxEvents, set = [] } = options;
  if (measure !== undefined && services !== undefined)
    throw new RmmError('cli_usage', '--measure and --services both say the rates; leave one of them out');
  if (services !== undefined) return servicesOf(cli, services);
  if (measure === undefined) {
    if (maxEvents === undefined && set.length === 0) return undefined;
    throw new RmmError('cli_usage', '--max-events and --set are for the configuration of --measure');
  }
  const { measureRates } = await import('../measure-rates.js');
  return measureRates(cli, measure, { set, ...(maxEvents === undefined ? {} : { maxEvents }) });
}

/** No service needs longer for its metrics. */
const timeoutMs = 5_000;

async function servicesOf(cli: Cli, addresses: readonly string[]): Promise<MeasuredPlan> {
  const { serviceRates } = await import('../../services/plan/measure/service-rates.js');
  const { metricsPage } = await import('../../services/top/addresses.js');
  const { scrape } = await import('../../services/top/scrape.js');
  const pages = addresses.map((address) => ({ address, page: metricsPage(address) }));
  const options = { timeoutMs, signal: cli.signal, nowMs: () => cli.nowMs() };
  return serviceRates(await Promise.all(pages.map(({ address, page }) => scrape(address, page, options))));
}
