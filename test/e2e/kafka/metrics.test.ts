import assert from 'node:assert/strict';
import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import { inFolder } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { startService } from '../../support/kafka-services.js';
import { manyBlocks } from '../../support/many-blocks.js';
import { runWell, writeConfig } from '../../support/small-run.js';
import { watched } from '../../support/watched-services.js';

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

/** Set only where something goes wrong, or in a run without end. */
const elsewhere = ['rmmstream_dead_letters_total', 'rmmstream_stage_errors_total'];
/** Where nothing limits the memory of a process, it has none. */
const limited = ['rmmstream_memory_limit_bytes'];
const continuousOnly = ['rmmstream_drift_deviations', 'rmmstream_drifting_features'];

test('services show in their metrics what they do, and every metric that is documented is set', {
  skip: kafkaSkip,
}, async () => {
  await inFolder(async (folder) => {
    writeConfig(folder, await manyBlocks(folder), {
      features: { min_filled: 50 },
      training: { epochs: 1, megasets: 2, batch_events: 512 },
    });
    const out = join(folder, 'out');
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'measured',
      topics: { partitions: 2 },
      sink_window_offsets: 4,
    });
    await runWell(['topics', 'create', config]);
    const services = ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer'].map((name) =>
      startService(name, config, ['--output', out]),
    );
    const seen = await watched(services, 100);
    for (const service of services) {
      const { code, stderr } = await service.result;
      assert.equal(code, 0, `${service.name}: ${stderr}`);
    }
    const at = (series: string) => seen.get(series) ?? assert.fail(`${series} was never there`);

    const names = new Set([...seen.keys()].map((series) => series.split('{', 1)[0]!));
    const unset = Object.values(metricList)
      .map(({ name, type }) => (type === 'histogram' ? `${name}_count` : name))
      .filter((name) => !names.has(name) && ![...elsewhere, ...limited, ...continuousOnly].includes(name));
    assert.deepEqual(unset, []);

    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      events: { read: number; selected: number };
      scaler: { id: string };
      model: string;
    };
    const { read, selected } = run.events;
    for (const stage of ['ingest', 'selector'])
      assert.equal(at(`rmmstream_input_events_total{stage="${stage}"}`), read, stage);
    for (const stage of ['selector', 'featurizer', 'scaler'])
      assert.equal(at(`rmmstream_output_events_total{stage="${stage}"}`), selected, stage);
    const taken = at('rmmstream_input_bytes_total{stage="ingest"}');
    assert.ok(taken > read && Number.isInteger(taken), `ingest read ${taken} bytes`);
    // A file system without a limit of its own says that all of it is free.
    const { blocks, bsize } = statfsSync(out);
    assert.equal(at('rmmstream_disk_size_bytes'), blocks * bsize);
    const free = at('rmmstream_disk_free_bytes');
    assert.ok(free > 0 && free <= blocks * bsize, `${free} bytes of ${blocks * bsize} are free`);
    assert.ok(at('rmmstream_input_bytes_total{stage="trainer"}') > 1000);
    assert.ok(at('rmmstream_position_records{stage="trainer",partition="0"}') > 0);
    const rejected = [...seen].filter(([series]) =>
      series.startsWith('rmmstream_rejected_events_total{stage="selector"'),
    );
    assert.equal(
      rejected.reduce((sum, [, events]) => sum + events, 0),
      read - selected,
    );
    for (const stage of ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer'])
      assert.ok(at(`rmmstream_busy_seconds_total{stage="${stage}"}`) > 0, stage);
    for (const stage of ['ingest', 'selector', 'featurizer', 'scaler', 'scorer', 'feature_files']) {
      assert.ok(at(`rmmstream_queue_batches{stage="${stage}"}`) >= 1, stage);
      assert.ok(at(`rmmstream_queue_bytes{stage="${stage}"}`) > 1000, stage);
    }
    for (const stage of ['scaler', 'trainer', 'scorer'])
      assert.equal(at(`rmmstream_scaler_info{stage="${stage}",version="${run.scaler.id}"}`), 1, stage);
    for (const stage of ['trainer', 'scorer'])
      assert.equal(at(`rmmstream_model_info{stage="${stage}",version="${run.model}"}`), 1, stage);
  });
});
