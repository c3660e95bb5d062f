import assert from 'node:assert/strict';
import test from 'node:test';
import { readLetter } from '../../../services/kafka/letters.js';
import { stageHopPart } from '../../../services/kafka/stage-hop.js';
import { stages } from '../../../services/kafka/stages.js';
import { openMessage } from '../../../services/wire/message.js';
import { selectedSchema } from '../../../services/wire/selected.js';
import { clusterOf, kafkaConfig, openContext, put, settled } from '../../support/service-context.js';

test('a message that could not be unpacked becomes a dead letter, and the stage goes on behind it', async () => {
  const loaded = kafkaConfig({ kafka: { topics: { partitions: 1 } } });
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const topic = 'rmmstream.selected';
  await put(cluster, topic, 0, [{ key: null, value: null, headers: {} }]);
  const [packed] = cluster.log(topic, 0);
  packed!.message = { ...packed!.message!, unreadable: 'it is packed by snappy' };
  await put(cluster, topic, 0, [{ key: 'k', value: Buffer.from('good'), headers: { schema: 'x' } }]);
  const part = stageHopPart(context, {
    stage: stages.featurizer,
    process: (message) => {
      if (message.key === null) openMessage(selectedSchema, message);
      const out = { key: 'k', value: message.value, headers: {} };
      return { out, deadLetters: [], eventsIn: 1, eventsOut: 1 };
    },
  });
  const stop = new AbortController();
  const ended = part.run(stop.signal);
  await settled(() => cluster.committed('rmmstream.features')[0]!.length > 0);
  stop.abort();
  await ended;
  const letters = cluster.committed('rmmstream.dead-letters')[0]!.map((message) => readLetter(message)!);
  assert.deepEqual(
    letters.map(({ id, reason, stage }) => [id, reason, stage]),
    [[`${topic}/0/0/-1`, 'wire_batch_unreadable', 'featurizer']],
  );
  assert.match(letters[0]!.error!, /it is packed by snappy/);
});
