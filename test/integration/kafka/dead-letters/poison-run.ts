import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaClient } from '../../../../lib/kafka/client.js';
import { dataTopics, RunNames, topicSpecs } from '../../../../services/kafka/topics.js';
import type { KafkaCluster } from '../../../support/kafka/cluster.js';
import { poisons, withoutLimit, writeMessages } from '../../../support/kafka/poison.js';
import { runWell } from '../../../support/small-run.js';
import { json, type LedgerJson, type ListJson, loadFor, partitions } from './commands.js';

/** Poison on every data topic before a run: what it leaves. */
export async function poisonRun(
  cluster: KafkaCluster,
  client: KafkaClient,
  config: string,
  out: string,
): Promise<void> {
  const { kafka } = loadFor(config).config;
  const maxMessageBytes = kafka.topics.max_message_bytes;
  await runWell(['topics', 'create', config]);
  const names = new RunNames('first');
  const sent = poisons(2 * maxMessageBytes);
  const specs = topicSpecs(names, kafka.topics);
  await withoutLimit(
    cluster.brokers,
    specs.filter(({ name }) => dataTopics.some((topic) => names.topic(topic) === name)),
    async () => {
      for (const [number, { topic, message }] of sent.entries())
        await writeMessages(client, names.topic(topic), number % partitions, [message]);
    },
  );
  await runWell(['run', config]);

  const { letters, reasons } = await json<ListJson>(['dlq', 'list', config, '--topic', 'selected']);
  assert.equal(letters.length, 4);
  assert.deepEqual(Object.values(reasons), [1, 1, 1, 1]);
  const all = await json<ListJson>(['dlq', 'list', config]);
  const isPoison = (reason: string) => sent.some((one) => one.reason === reason);
  const found = all.letters
    .filter(({ reason }) => isPoison(reason))
    .map(({ topic, reason }) => `${topic} ${reason}`);
  assert.deepEqual(found.sort(), sent.map(({ topic, reason }) => `first.${topic} ${reason}`).sort());
  assert.ok(all.letters.every(({ state, reason }) => (state === 'foreign') === isPoison(reason)));

  const ledger = await json<LedgerJson>(['ledger', config]);
  assert.equal(ledger.state, 'closed');
  assert.equal(ledger.foreign.letters.length, sent.length);
  const { entries, scored, cut, dead_letters: dead, missing, doubled } = ledger.totals;
  assert.equal(entries, scored! + cut! + dead!);
  assert.deepEqual([dead, missing, doubled], [4, 0, 0]);
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  assert.equal(run.events.in_dead_messages, undefined, 'foreign messages are nobody’s entries');
  assert.deepEqual([run.events.read, run.events.scored], [entries, scored]);

  const large = all.letters.find(({ reason }) => reason === 'wire_message_too_large')!;
  const body = join(out, '..', 'body.bin');
  await runWell(['dlq', 'show', config, large.id, '--body', body]);
  assert.equal(
    statSync(body).size,
    2 * maxMessageBytes,
    'a body that its letter leaves out is read where it lay',
  );
}
