/**
 * Each hop of the Kafka engine alone, a service of one process and the broker on the same machine: events/s from
 * its first committed transaction to its last, beside what the plain client moves at that message size without
 * doing anything; then whole runs, embedded and over Kafka.
 * usage: node dist/bench/kafka-hops.js [--events 1000000] [--folder F] [--partitions 4] [--only hops|whole]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { packageRoot } from '../lib/base/package-root.js';
import { positionOf } from '../lib/flow/partitions/hop-position.js';
import { totalOf } from '../lib/flow/partitions/sink-counts.js';
import type { KafkaClient } from '../lib/kafka/client.js';
import { openKafka } from '../lib/kafka/open.js';
import { type Stage, stages } from '../services/kafka/stages.js';
import { RunNames } from '../services/kafka/topics.js';
import { startKafka } from '../test/support/kafka/cluster.js';
import { amplifiedFiles, benchFolder } from './support/inputs.js';
import { option, print, printRatio } from './support/measured.js';

const events = Number(option('events', '1000000'));
const partitions = Number(option('partitions', '4'));
const only = option('only', 'all');
const folder = benchFolder();
const entry = join(packageRoot, 'cli', 'rmmstream.mjs');

function configuration(name: string, engine: object, prefix: string): string {
  const path = join(folder.path, `${name}.yaml`);
  const files = amplifiedFiles(folder.path, events);
  const samples = [{ name: 'background', kind: 'background', files }];
  // Small windows, so that the scorer commits often enough to be timed.
  const kafka = { prefix, topics: { partitions }, sink_window_offsets: 8 };
  writeFileSync(path, JSON.stringify({ input: { samples }, engine, kafka }));
  return path;
}

interface Rate {
  readonly events: number;
  readonly seconds: number;
}

/** Runs a service until the positions of a stage no longer move behind `total`, and times what they did. */
async function timeStage(client: KafkaClient, names: RunNames, stage: Stage, total: number): Promise<Rate> {
  let first: { readonly ms: number; readonly events: number } | undefined;
  for (;;) {
    const committed = await client.admin.committed(names.group(stage.role), names.topic(stage.topic));
    let done = 0;
    for (const offset of committed.values())
      done += stage.service === 'scorer' ? totalOf(offset.metadata).events : positionOf(offset).eventsIn;
    if (done > 0) first ??= { ms: performance.now(), events: done };
    if (done >= total && first !== undefined) {
      const seconds = (performance.now() - first.ms) / 1000;
      return { events: done - first.events, seconds };
    }
    await wait(20);
  }
}

function startService(
  name: string,
  config: string,
  output: string,
): { child: ChildProcess; ended: Promise<void> } {
  const child = spawn(process.execPath, [entry, 'service', name, '--config', config, '--output', output], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('close', (code) => {
    if (code === 0) return;
    print(`${name} ended with ${code}\n${said.slice(-2000)}`);
    process.exit(1);
  });
  return { child, ended };
}

/** Events/s of the plain client over a topic. */
function ceiling(broker: string, from: string, messages: number): number {
  const copy = join(packageRoot, 'dist', 'bench', 'kafka-copy.js');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [copy, broker, from, `${from}.copy`, String(messages)],
    {
      encoding: 'utf8',
    },
  );
  if (stdout === '') throw new Error(stderr);
  const found = JSON.parse(stdout) as { messages: number; bytes: number; seconds: number };
  return found.messages / found.seconds;
}

async function hops(broker: string): Promise<void> {
  const names = new RunNames('hops');
  const config = configuration('hops', { type: 'kafka', brokers: [broker] }, names.prefix);
  const output = join(folder.path, 'hops-output');
  spawnSync(process.execPath, [entry, 'topics', 'create', config], { stdio: 'inherit' });
  const client = await openKafka({
    client: 'kafkajs',
    brokers: [broker],
    clientId: 'bench',
    requestTimeoutMs: 30_000,
    sessionTimeoutMs: 10_000,
    transactionTimeoutMs: 60_000,
    retryMaxMs: 10_000,
    maxMessageBytes: 16 << 20,
    compression: 'none',
    tls: undefined,
    sasl: undefined,
    onNote: () => undefined,
  });
  const selected = async () => {
    const committed = await client.admin.committed(names.group('selector'), names.topic('events'));
    return [...committed.values()].reduce((sum, offset) => sum + positionOf(offset).eventsOut, 0);
  };
  const blocks = Math.ceil(events / 8192);
  const copies = new Map<string, number>();
  const plan: readonly (readonly [string, readonly Stage[]])[] = [
    ['ingest', [stages.ingest]],
    ['selector', [stages.selector]],
    ['featurizer', [stages.featurizer]],
    ['scaler', [stages.moments, stages.scaler]],
    ['scorer', [stages.scorer]],
  ];
  for (const [service, own] of plan) {
    if (service === 'scorer') await train(config, output, client, names);
    const total = ['ingest', 'selector'].includes(service) ? events : await selected();
    const { child, ended } = startService(service, config, output);
    const timed = await Promise.all(own.map((stage) => timeStage(client, names, stage, total)));
    child.kill('SIGTERM');
    await ended;
    for (const [index, stage] of own.entries()) {
      const rate = timed[index]!.events / timed[index]!.seconds;
      print(`${stage.role.padEnd(16)} ${Math.round(rate)} events/s (goal 150,000)`);
      if (!stage.reads) continue;
      const topic = names.topic(stage.topic);
      const settings = { 'max.message.bytes': String(16 << 20) };
      await client.admin.createTopics([{ name: `${topic}.copy`, partitions, replication: 1, settings }]);
      const perSecond = copies.get(topic) ?? ceiling(broker, topic, blocks);
      copies.set(topic, perSecond);
      const plain = perSecond * (total / blocks);
      print(`${''.padEnd(16)} the plain client copies ${Math.round(plain)}`);
      printRatio(`kafka hop ${stage.role} / plain client`, rate / plain);
    }
  }
  await client.close();
  rmSync(output, { recursive: true, force: true });
}

async function train(config: string, output: string, client: KafkaClient, names: RunNames): Promise<void> {
  const { child, ended } = startService('trainer', config, output);
  for (;;) {
    const [models] = await client.admin.offsets(names.topic('models'));
    if ((models?.end ?? 0) > 0) break;
    await wait(500);
  }
  await wait(1000);
  child.kill('SIGTERM');
  await ended;
}

function whole(broker: string): void {
  const output = join(folder.path, 'whole-output');
  const time = (config: string) => {
    const began = performance.now();
    const { status } = spawnSync(process.execPath, [entry, 'run', config, '--output', output, '--fresh'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`the run ended with ${status}`);
    rmSync(output, { recursive: true, force: true });
    return (performance.now() - began) / 1000;
  };
  const embedded = time(configuration('embedded', { type: 'embedded' }, 'whole'));
  const kafka = time(configuration('kafka', { type: 'kafka', brokers: [broker] }, 'whole'));
  print(`whole run of ${events} events: embedded ${embedded.toFixed(1)} s, over Kafka ${kafka.toFixed(1)} s`);
  printRatio('kafka whole run / embedded', embedded / kafka);
}

const cluster = await startKafka();
try {
  const broker = cluster.brokers[0]!;
  if (only !== 'whole') await hops(broker);
  if (only !== 'hops') whole(broker);
} finally {
  await cluster.stop();
  folder.remove();
}
process.exit(0);
