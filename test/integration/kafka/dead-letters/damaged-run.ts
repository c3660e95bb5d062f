import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../../lib/base/clock.js';
import type { LoadedConfig } from '../../../../lib/config/index.js';
import { inputOffsetHeader, positionHeader } from '../../../../lib/flow/partitions/hop-position.js';
import type { FetchedMessage, KafkaClient, OutgoingMessage } from '../../../../lib/kafka/client.js';
import { createProgress } from '../../../../lib/telemetry/progress.js';
import {
  type ProgressRecord,
  progressMessage,
  readProgress,
} from '../../../../services/kafka/progress-records.js';
import { withRunView } from '../../../../services/kafka/run-view.js';
import { type DataTopic, RunNames } from '../../../../services/kafka/topics.js';
import { readLedger } from '../../../../services/ledger/read-ledger.js';
import { runCli } from '../../../support/cli.js';
import { writeMessages } from '../../../support/kafka/poison.js';
import { readAll } from '../../../support/kafka/read-all.js';
import { startService, untilTrue } from '../../../support/kafka-services.js';
import { runWell } from '../../../support/small-run.js';
import { errorOf, json, type ListJson, partitions, type Redriven } from './commands.js';

/** What the first run has on a topic, by block, without poison. */
async function ownMessages(client: KafkaClient, topic: DataTopic): Promise<Map<number, FetchedMessage>> {
  const found = new Map<number, FetchedMessage>();
  for (let partition = 0; partition < partitions; partition += 1) {
    let block = partition;
    for (const message of await readAll(client, `first.${topic}`, partition)) {
      if (!message.headers.has(inputOffsetHeader)) continue;
      found.set(block, message);
      block += partitions;
    }
  }
  return found;
}

/**
 * Makes topics as if a run had come so far, with one block damaged on its way: events of block 0, selected of block 1,
 * features of block 2; block 3 and those behind are sound.
 */
export async function fillDamaged(client: KafkaClient, config: string): Promise<void> {
  await runWell(['topics', 'create', config]);
  const names = new RunNames('second');
  const known = (await readAll(client, 'first.progress')).map(readProgress);
  const records = known.flatMap((record): ProgressRecord[] => {
    if (record.type === 'run') return [{ ...record, topics: '00c0ffee' }];
    return record.type === 'file' || record.type === 'planned' ? [record] : [];
  });
  await writeMessages(client, names.topic('progress'), 0, records.map(progressMessage));
  const events = await ownMessages(client, 'events');
  const selected = await ownMessages(client, 'selected');
  const features = await ownMessages(client, 'features');
  const damaged = Buffer.from(events.get(0)!.value!);
  damaged[1000]! ^= 1;
  const lines: [
    DataTopic,
    number,
    Map<number, FetchedMessage>,
    (message: OutgoingMessage) => OutgoingMessage,
  ][] = [
    ['events', 0, events, (message) => ({ ...message, value: damaged })],
    ['events', 1, events, same],
    ['events', 2, events, same],
    ['events', 3, events, same],
    [
      'selected',
      1,
      selected,
      ({ headers }) => ({
        key: null,
        value: Buffer.from('nothing of ours'),
        headers: {
          [inputOffsetHeader]: headers[inputOffsetHeader]!,
          [positionHeader]: headers[positionHeader]!,
        },
      }),
    ],
    ['selected', 2, selected, same],
    [
      'features',
      2,
      features,
      (message) => ({ ...message, headers: { ...message.headers, schema: 'rmmstream.other' } }),
    ],
  ];
  for (const [topic, partition, from, damage] of lines) {
    const messages = [partition, partition + partitions].map((block, place) => {
      const message = copied(from.get(block)!, place);
      return place === 0 ? damage(message) : message;
    });
    await writeMessages(client, names.topic(topic), partition, messages);
  }
}

function same(message: OutgoingMessage): OutgoingMessage {
  return message;
}

/** The message as the hop of the new topics would have written it: it came from offset `place`. */
function copied({ key, value, headers }: FetchedMessage, place: number): OutgoingMessage {
  const at = JSON.stringify([place, place + 1, place + 1, 0, 0]);
  return {
    key,
    value,
    headers: { ...Object.fromEntries(headers), [inputOffsetHeader]: String(place), [positionHeader]: at },
  };
}

/** A limit that the scaled rows of block 3 are above, and those of all other blocks below. */
export async function largestOthers(client: KafkaClient): Promise<number> {
  const scaled = await ownMessages(client, 'scaled');
  const size = (block: number) => scaled.get(block)!.value!.length;
  const others = [0, 4, 5, 6, 7].map(size);
  const limit = Math.max(...others) + 20_000;
  assert.ok(size(3) > limit && limit > 65_536, `${size(3)} bytes, others ${others.join(', ')}`);
  return limit;
}

/**
 * Every service as a process of its own, the scorer with a lower limit; the ledger is looked at all the time. Block 0
 * is sent again before the scaler is frozen: it is trained on like any other.
 */
export async function runServices(
  client: KafkaClient,
  loaded: LoadedConfig,
  config: string,
  limit: number,
): Promise<void> {
  const services = ['ingest', 'selector', 'featurizer'].map((name) => startService(name, config));
  let zz: string | undefined;
  await untilTrue('there is a dead letter of block 0', async () => {
    const { letters } = await json<ListJson>(['dlq', 'list', config, '--topic', 'events']);
    zz = letters.find(({ reason }) => reason === 'wire_checksum_wrong')?.id;
    return zz !== undefined;
  });
  assert.equal(errorOf(await runCli(['dlq', 'redrive', config, zz!])).code, 'letter_not_redrivable');
  const { redriven } = await json<Redriven>(['dlq', 'redrive', config, zz!, '--from-source']);
  assert.deepEqual(
    redriven.map(({ topic, late, outcome }) => [topic, late, outcome]),
    [['events', false, 'taken']],
  );
  services.push(startService('scaler', config), startService('trainer', config));
  services.push(startService('scorer', config, ['--set', `kafka.topics.max_message_bytes=${limit}`]));
  let ended = false;
  const all = Promise.all(services.map(({ result }) => result)).finally(() => {
    ended = true;
  });
  let looks = 0;
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (!existsSync(join(loaded.outputDirectory, '.work', 'kafka', 'claim.json'))) continue;
    const { totals } = await ledgerOf(client, loaded);
    assert.equal(totals.doubled, 0);
    assert.ok([0, 2400].includes(totals.missing), `${totals.missing} missing`);
    const { entries, scored, cut, dead, inFlight, missing } = totals;
    assert.equal(scored + cut + dead + inFlight + missing, entries);
    looks += 1;
  }
  for (const { code, stderr } of await all) assert.equal(code, 0, stderr);
  assert.ok(looks > 0);
}

function ledgerOf(client: KafkaClient, loaded: LoadedConfig) {
  const signal = new AbortController().signal;
  const silent = createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 });
  return withRunView({ loaded, client, signal, random: Math.random, clock: systemClock }, (run) =>
    readLedger(run, silent),
  );
}
