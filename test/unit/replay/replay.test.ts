import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { modelFiles } from '../../../lib/learning/model.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { letterMessage, wholeLetter } from '../../../services/kafka/letters.js';
import { replay } from '../../../services/replay/replay.js';
import { publishModel } from '../../../services/trainer/publish.js';
import { inFolder } from '../../support/cli.js';
import { received } from '../../support/message-chain.js';
import { rawModel, scaledBlocks, takesRandomEvents } from '../../support/scaled-blocks.js';
import {
  clusterOf,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
  tenureOf,
} from '../../support/service-context.js';

const loaded = kafkaConfig({
  ...takesRandomEvents,
  network: { type: 'stacked', layers: [{ units: 2 }] },
  learning: { threads: 1 },
  kafka: { topics: { partitions: 1 } },
});
const { scaler, blocks } = scaledBlocks(loaded, 3);
const topic = 'rmmstream.features';

test('a message that is a dead letter is passed over, also where it can be read by now', async () => {
  await inFolder(async (folder) => {
    const cluster = clusterOf(loaded);
    const context = openContext(cluster, loaded);
    await putRecords(cluster, context, [runRecord(loaded)]);
    const model = rawModel(loaded, scaler, 0);
    await publishModel(context, await tenureOf(context), model, { generation: 0, final: false });
    const offsets = [];
    // The second block was refused by a limit, and was sent again as it is once that was raised.
    for (const number of [0, 1, 2, 1]) offsets.push(await put(cluster, topic, 0, [blocks[number]!.features]));
    const refused = { ...received(blocks[1]!.features), offset: offsets[1]!, timestampMs: 0 };
    const error = new RmmError('wire_message_too_large', 'too large');
    const letter = wholeLetter(refused, { topic, partition: 0 }, 'scaler', error, 1 << 20);
    await put(cluster, context.names.topic('dead-letters'), 0, [letterMessage(letter)]);
    await context.view.catchUp(new AbortController().signal);
    const outcome = await replay(
      { ...context, signal: new AbortController().signal },
      {
        model: modelFiles(model).id,
        currentDirectory: folder,
        output: join(folder, 'out'),
        fresh: false,
        progress: createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 }),
        nowMs: () => 0,
      },
    );
    const rows = blocks.reduce(
      (sum, { features }) => sum + Number(JSON.parse(features.headers.record!).rows),
      0,
    );
    assert.deepEqual([outcome.scored, outcome.unusable_messages], [rows, 1]);
  });
});
