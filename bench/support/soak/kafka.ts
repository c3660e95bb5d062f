import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { mallocSettings } from '../../../services/kafka/service-environment.js';
import { type CliResult, runCli, startCli } from '../../../test/support/cli.js';
import { startKafka } from '../../../test/support/kafka/cluster.js';
import { endAll, pageOf, type StartedService, startService } from '../../../test/support/kafka-services.js';
import { print } from '../measured.js';
import { deriveConfig } from './derived-config.js';
import { type Histogram, histogramOn, quantileOf, since } from './latency.js';
import type { Soaked } from './outcome.js';
import { lookAtProcess, type Samples } from './samples.js';
import { Trimmer } from './trimmer.js';

export interface KafkaSoak {
  readonly config: string;
  readonly folder: string;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly sampleMs: number;
  readonly maxWaiting: number;
  /** Events a second; undefined: as fast as the slowest stage. */
  readonly rate: number | undefined;
  readonly samples: Samples;
}

const prefix = 'soak';
const services = ['selector', 'featurizer', 'scaler', 'trainer', 'scorer'] as const;
const latencyMetric = 'rmmstream_ingest_to_score_seconds';
/** How long the flow may take to come to its end behind the load. */
const closingMs = 20 * 60_000;
const trimMs = 15_000;

/**
 * A run without end over Kafka: one process of each service, a broker beside them, and the amplifier in the place of ingest,
 * as fast as the slowest stage goes. What events and selected have behind their readers is deleted as it goes, so that
 * disks hold half an hour.
 */
export async function soakKafka(options: KafkaSoak): Promise<Soaked> {
  const settings = { 'log.segment.bytes': '67108864', 'log.retention.check.interval.ms': '5000' };
  const cluster = await startKafka({ settings });
  const started: StartedService[] = [];
  try {
    const config = await soakConfig(options, cluster.brokers);
    const output = join(options.folder, 'soak-kafka-output');
    // Scorers refuse what another run has written.
    rmSync(output, { recursive: true, force: true });
    await well(runCli(['topics', 'create', config]));
    started.push(...services.map((name) => startService(name, config, ['--output', output])));
    await Promise.all(started.map(({ port }) => port));
    const { load, seconds, latency } = await flow(options, config, started, cluster.brokers);
    const { events } = JSON.parse(load.stdout) as { readonly events: number };
    print(`${events} events are on the topic; waiting until all of them are scored`);
    const ledger = await closedLedger(config, output);
    for (const { child } of started) child.kill('SIGTERM');
    for (const { result } of started) await well(result);
    const { totals } = ledger;
    return {
      events,
      seconds,
      latency,
      latencyIs: `blocks, from their reading to their scores in a file, by ${latencyMetric} after the warm-up`,
      ledger: `${totals.entries} entries = ${totals.scored} scored + ${totals.cut} cut + ${totals.dead_letters} dead letters; ${totals.missing} missing, ${totals.doubled} doubled`,
      isClosed: ledger.state === 'closed' && totals.entries === events,
    };
  } finally {
    await endAll(started);
    await cluster.stop();
  }
}

/** The load from its beginning to its end, with samples of every process. */
async function flow(
  { seconds, warmUpSeconds, sampleMs, maxWaiting, rate, samples }: KafkaSoak,
  config: string,
  started: readonly StartedService[],
  brokers: readonly string[],
): Promise<{ load: CliResult; seconds: number; latency: Soaked['latency'] }> {
  const order = ['amplify', '--to-topic', config, '--json'];
  const { child, result } = startCli(
    [
      ...order,
      ...['--seconds', String(seconds), '--max-waiting', String(maxWaiting)],
      ...(rate === undefined ? [] : ['--rate', String(rate)]),
    ],
    { env: mallocSettings },
  );
  const processes = [
    { name: 'amplify', pid: child.pid! },
    ...started.map(({ name, child: { pid } }) => ({ name, pid: pid! })),
  ];
  const trimmer = await Trimmer.open(brokers, prefix);
  const startedMs = performance.now();
  const elapsed = () => (performance.now() - startedMs) / 1000;
  let isOver = false;
  void result.finally(() => {
    isOver = true;
  });
  let dead: { readonly name: string; readonly result: CliResult } | undefined;
  for (const { name, result: ended } of started)
    void ended.then((found) => {
      dead ??= { name, result: found };
    });
  let before: readonly Histogram[] | undefined;
  let trimmedMs = startedMs;
  try {
    while (!isOver) {
      await wait(sampleMs);
      if (dead !== undefined) throw new Error(`${dead.name} has ended:\n${dead.result.stderr.slice(-3000)}`);
      for (const { name, pid } of processes) samples.add(name, elapsed(), lookAtProcess(pid) ?? {});
      const pages = await Promise.all(started.map(pageValues));
      for (const [index, { name }] of started.entries()) samples.add(name, elapsed(), pages[index]!);
      if (before === undefined && elapsed() > warmUpSeconds) before = await latencies(started);
      if (performance.now() - trimmedMs > trimMs) {
        await trimmer.trim();
        trimmedMs = performance.now();
      }
    }
  } finally {
    await trimmer.close();
    if (!isOver) child.kill('SIGKILL');
  }
  const took = elapsed();
  const counted = since(before ?? [], await latencies(started));
  return {
    load: await well(result),
    seconds: took,
    latency: {
      p50: quantileOf(counted, 0.5),
      p99: quantileOf(counted, 0.99),
      blocks: counted.counts.at(-1) ?? 0,
    },
  };
}

async function soakConfig({ config, folder }: KafkaSoak, brokers: readonly string[]): Promise<string> {
  const path = join(folder, 'soak-kafka.yaml');
  await deriveConfig(config, path, ({ files }) => files.map((file) => file.path), {
    input: { mode: 'continuous' },
    // One epoch: with more, two cores train all the time, and the models fall behind the flow.
    training: { epochs: 1 },
    continuous: { write_interval_ms: 2000, freeze_events: 20_000, generation_events: 50_000 },
    engine: { type: 'kafka', brokers },
    // The scorer holds a window's rows: small ones, so that many of these saw teeth come within the time.
    kafka: { prefix, topics: { partitions: 4 }, sink_window_offsets: 16 },
    output: { keep_features: false },
  });
  return path;
}

async function pageValues(service: StartedService) {
  const { text } = await pageOf(service, '/metrics').catch(() => ({ text: '' }));
  const value = (series: string) => {
    const line = text.split('\n').find((found) => found.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  const found = {
    heap_used: value('rmmstream_memory_bytes{area="heap_used"}'),
    external: value('rmmstream_memory_bytes{area="external"}'),
    loop_delay_p99: value('rmmstream_event_loop_delay_seconds{statistic="p99"}'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, number]) => number !== undefined));
}

async function latencies(started: readonly StartedService[]): Promise<Histogram[]> {
  const pages = started.filter(({ name }) => name === 'scorer').map((scorer) => pageOf(scorer, '/metrics'));
  return (await Promise.all(pages)).map(({ text }) => histogramOn(text, latencyMetric));
}

interface LedgerPage {
  readonly state: string;
  readonly totals: Readonly<
    Record<'entries' | 'scored' | 'cut' | 'dead_letters' | 'missing' | 'doubled', number>
  >;
}

/** Asks for the ledger until nothing is on its way any more. A broker that other programs hold up is asked again. */
async function closedLedger(config: string, output: string): Promise<LedgerPage> {
  const startedMs = performance.now();
  const isLate = () => performance.now() - startedMs > closingMs;
  for (;;) {
    const { code, stdout, stderr } = await runCli(['ledger', config, '--output', output, '--json']);
    if (stdout !== '') {
      const page = JSON.parse(stdout) as LedgerPage;
      if (page.state !== 'open' || isLate()) return page;
    } else if (isLate() || !stderr.includes('"kafka_unreachable"'))
      throw new Error(`ledger ended with ${code}:\n${stderr.slice(-3000)}`);
    await wait(2000);
  }
}

async function well(result: Promise<CliResult>): Promise<CliResult> {
  const found = await result;
  if (found.code !== 0) throw new Error(`ended with ${found.code}:\n${found.stderr.slice(-3000)}`);
  return found;
}
