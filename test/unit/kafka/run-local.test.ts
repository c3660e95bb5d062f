import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { runLocal } from '../../../services/kafka/run-local.js';
import { serviceNames } from '../../../services/kafka/stages.js';
import { RunNames } from '../../../services/kafka/topics.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { kafkaConfig, putRecords, runRecord } from '../../support/service-context.js';

test('brokers that fail at the last look at the progress do not fail a finished run', async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'out');
    const loaded = kafkaConfig(
      { output: { directory: output }, kafka: { topics: { partitions: 1 } } },
      folder,
    );
    const cluster = new FakeKafka();
    const client = cluster.client('run');
    let looks = 0;
    const committed: typeof client.admin.committed = async () => {
      looks += 1;
      throw new RmmError('kafka_unreachable', 'no broker answers');
    };
    Object.assign(client.admin, { committed });
    const report = join(output, 'run.json');
    let started = 0;
    const outcome = await runLocal({
      loaded,
      client,
      fresh: false,
      progress: createProgress({ style: 'none', write: () => {}, nowMs: () => 0 }),
      signal: new AbortController().signal,
      random: () => 0.5,
      clock: systemClock,
      // Services that end when the run has its report.
      command: () => [
        '-e',
        `setInterval(() => require('fs').existsSync(${JSON.stringify(report)}) && process.exit(0), 5)`,
      ],
      environment: process.env,
      onStart: () => {
        started += 1;
        if (started < serviceNames.length) return;
        writeFileSync(report, '{"whole":true}');
        const ends = ['events', 'selected', 'features', 'scaled', 'scores'] as const;
        const nothing = { partition: 0, offset: 0, messages: 0, input: 0 };
        void putRecords(cluster, { names: new RunNames(loaded.config.kafka.prefix) }, [
          runRecord(loaded),
          ...ends.map((of) => ({ type: 'end' as const, of, ...nothing })),
          { type: 'finished', ends: [0] },
        ]);
      },
    });
    assert.deepEqual(outcome, { directory: output, state: 'done', report: { whole: true } });
    assert.ok(looks > 0);
  });
});
