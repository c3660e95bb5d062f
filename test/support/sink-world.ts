import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import type { PartitionState } from '../../lib/flow/partitions/partition-runner.js';
import { PartitionRunner } from '../../lib/flow/partitions/partition-runner.js';
import { sinkBody } from '../../lib/flow/partitions/sink.js';
import type { SinkOptions } from '../../lib/flow/partitions/sink-options.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import { FakeKafka, type Trouble } from '../sim/support/fake-kafka.js';
import { put, soon } from './service-context.js';
import { SinkDisk } from './sink-disk.js';

export const message = (key: string): OutgoingMessage => ({ key, value: Buffer.from(key), headers: {} });

const stops = new Set<AbortController>();
// Of a test that fails nothing goes on.
afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

/** A cluster with two partitions of input, copies of a sink that keep letters, and the files that these write. */
export function sinkWorld(trouble?: Trouble) {
  const cluster = new FakeKafka(trouble);
  cluster.createTopic('in', 2);
  cluster.createTopic('dead', 1);
  cluster.createTopic('record', 1);
  const disk = new SinkDisk();
  const { files } = disk;
  const start = (name: string, more: Partial<SinkOptions> = {}) => {
    const client = cluster.client(name);
    const stop = new AbortController();
    stops.add(stop);
    const states: PartitionState[] = [];
    const added: (string | null)[] = [];
    const blocked: (string | undefined)[] = [];
    const runner = new PartitionRunner({
      client,
      group: 'sink',
      topic: 'in',
      transactionalId: (partition) => `sink.${partition}`,
      pause: () => soon(),
      onPartition: (_, state) => states.push(state),
      body: sinkBody({
        client,
        group: 'sink',
        topic: 'in',
        deadLetterTopic: 'dead',
        windowOffsets: 4,
        fetchBytes: 2,
        maxWaitMs: 2,
        endOfInput: () => undefined,
        isSettled: () => false,
        settlement: async (partition, end, { messages, events }) => ({
          topic: 'record',
          messages: [message(`${partition}:${end}:${messages}:${events}`)],
        }),
        pause: () => soon(),
        nowMs: () => 0,
        observe: {
          added: (_, __, ___) => {},
          blocked: (_, error) => blocked.push(error?.code),
        },
        sweep: (partition) => disk.sweep(partition),
        open: windows(disk, added),
        ...more,
      }),
    });
    const ended = runner.run(stop.signal);
    ended.catch(() => {});
    return { client, runner, states, stop, ended, added, blocked };
  };
  const committed = (partition = 0) => cluster.offsets.get(`sink/in/${partition}`);
  const end = async (copies: { stop: AbortController; ended: Promise<void> }) => {
    copies.stop.abort();
    await copies.ended;
  };
  return { cluster, disk, files, start, committed, end };
}

/** Windows that keep every key but "?", which is a dead letter. */
export function windows(
  disk: SinkDisk,
  added: (string | null)[] = [],
  windowOffsets = 4,
  refused: ReadonlySet<string> = new Set(),
): SinkOptions['open'] {
  return ({ partition, number, firstOffset }) => {
    assert.equal(firstOffset, number * windowOffsets);
    const held: string[] = [];
    const letters: OutgoingMessage[] = [];
    return {
      add: ({ key }: FetchedMessage) => {
        added.push(key);
        if (key === '?' || refused.has(key!)) {
          letters.push(message('bad'));
          return undefined;
        }
        held.push(key!);
        return 10;
      },
      prepare: () => disk.prepare(`${partition}.${number}`, held.join('')),
      deadLetters: () => letters,
    };
  };
}

/** Each letter as a transaction: it takes two offsets, so that a window of four holds two. */
export async function letters(cluster: FakeKafka, text: string, partition = 0): Promise<void> {
  for (const key of text) await put(cluster, 'in', partition, [message(key)]);
}
