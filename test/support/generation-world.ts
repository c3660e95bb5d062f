import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { modelFromFiles } from '../../lib/learning/model.js';
import { emptyMoments } from '../../lib/learning/moments.js';
import { split } from '../../lib/physics/identity.js';
import { kafkaLayoutOf } from '../../services/kafka/claim-directory.js';
import { readFiles } from '../../services/kafka/model-store.js';
import { type RecordOf, readProgress } from '../../services/kafka/progress-records.js';
import { readTopic } from '../../services/kafka/read-topic.js';
import { frozenMessages } from '../../services/scaler/frozen-scaler.js';
import { trainingRowsByChannel } from '../../services/trainer/collect.js';
import { trainGenerations } from '../../services/trainer/generations.js';
import { modelName } from '../../services/trainer/publish.js';
import type { WireMessage } from '../../services/wire/message.js';
import { decodeScaled } from '../../services/wire/scaled.js';
import { FakeKafka, type Trouble } from '../sim/support/fake-kafka.js';
import { inFolder } from './cli.js';
import { received } from './message-chain.js';
import { scaledBlocks, takesRandomEvents } from './scaled-blocks.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  type OpenedContext,
  openContext,
  put,
  putRecords,
  runRecord,
  tenureOf,
} from './service-context.js';

/** A run without end with small generations. */
export const given = {
  input: { mode: 'continuous' },
  ...takesRandomEvents,
  network: { type: 'stacked', layers: [{ units: 3 }] },
  training: { epochs: 2, batch_events: 64 },
  learning: { threads: 1 },
  kafka: { topics: { partitions: 2 } },
};

/** What all its blocks are made from. */
export const made = scaledBlocks(kafkaConfig(given), 24);
export const trainingRows = made.rowsBySplit[split.train]!;
/** Three generations and a rest. */
export const generationEvents = Math.floor(trainingRows / 3.5);

/** Where the first machine keeps its checkpoint. */
export function checkpointOf(folder: string): string {
  const { trainer } = kafkaLayoutOf(join(folder, 'one'));
  return join(trainer, readdirSync(trainer)[0]!, 'checkpoint');
}

/** Training rows of the blocks at [from, to) of each partition: each was put in a transaction of its own, so that it takes two offsets. */
export function rowsBetween(from: readonly number[], to: readonly number[]): number {
  let rows = 0;
  const expected = { layout: made.chain.expected.layout, megasets: made.chain.expected.megasets };
  for (const [number, { scaled }] of made.blocks.entries()) {
    const partition = number % 2;
    const offset = 2 * Math.floor(number / 2);
    if (offset < from[partition]! || offset >= to[partition]!) continue;
    for (const count of trainingRowsByChannel(decodeScaled(received(scaled), expected)).values())
      rows += count;
  }
  return rows;
}

/** A cluster, and machines that train. */
export interface World {
  readonly cluster: FakeKafka;
  readonly context: (name?: string, folder?: string) => OpenedContext;
  /** Trains on a machine until there are so many models, or until its client is killed. */
  readonly train: (machine: string, models: number, name?: string) => Promise<void>;
  readonly folder: string;
}

/** A run without end of which everything is scaled, to be trained on. */
export async function inWorld(
  body: (world: World) => Promise<void>,
  trouble?: Trouble,
  {
    events = generationEvents,
    foreign = [],
  }: { readonly events?: number; readonly foreign?: readonly WireMessage[] } = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const config = (machine: string) =>
      kafkaConfig(
        {
          ...given,
          continuous: { generation_events: events },
          output: { directory: join(folder, machine) },
        },
        folder,
      );
    const loaded = config('one');
    const cluster = clusterOf(loaded, new FakeKafka(trouble));
    const context = (name?: string, machine = 'one') =>
      openContext(cluster, config(machine), { service: 'trainer', ...(name === undefined ? {} : { name }) });
    const setUp = context('test');
    const from = 0;
    await put(
      cluster,
      'rmmstream.scaler-state',
      0,
      frozenMessages({ scaler: made.scaler, reference: emptyMoments(made.scaler.columns) }),
    );
    await putRecords(cluster, setUp, [
      runRecord(loaded),
      fileRecord(0, 24 * 8192, { fingerprint: '1'.padStart(64, '0') }),
      { type: 'scaler', id: made.scaler.id, rows_by_split: [...made.rowsBySplit], from, frozen_ms: 0 },
    ]);
    for (const [number, message] of foreign.entries())
      await put(cluster, 'rmmstream.scaled', number % 2, [message]);
    for (const [number, { scaled }] of made.blocks.entries())
      await put(cluster, 'rmmstream.scaled', number % 2, [scaled]);
    await setUp.close();
    const train: World['train'] = async (machine, models, name) => {
      const opened = context(name, machine);
      const stop = new AbortController();
      const tenure = await tenureOf(opened, { id: 'trainer', signal: stop.signal });
      const ended = trainGenerations(opened, tenure);
      ended.catch(() => {});
      while (opened.client.isAlive && opened.view.state.models.length < models)
        await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      if (!opened.client.isAlive) return;
      await ended.catch((error: Error) => {
        if (error.name !== 'AbortError') throw error;
      });
      await opened.close();
    };
    await body({ cluster, context, train, folder });
  });
}

/** What is on record of generations and models, and the models themselves. */
export async function results({ cluster, context }: World) {
  const opened = context();
  const signal = new AbortController().signal;
  await opened.view.catchUp(signal);
  const { models } = opened.view.state;
  const generations: RecordOf<'generation'>[] = [];
  await readTopic(opened.client, opened.names.topic('progress'), 0, signal, (message) => {
    const record = readProgress(message);
    if (record.type === 'generation') generations.push(record);
  });
  const found = [];
  for (const { id, from } of models) {
    const files = await readFiles(cluster.client('reader'), 'rmmstream.models', modelName(id), signal, from);
    found.push(modelFromFiles(files!, id).model);
  }
  await opened.close();
  return { generations, models, found };
}
