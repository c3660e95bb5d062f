import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { smallSamples, writeConfig } from '../../support/small-run.js';
import type { TopJson } from '../../support/top-json.js';

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('top finds the services of a run on this machine, for as long as it lasts', {
  skip: kafkaSkip,
}, async () => {
  await inFolder(async (folder) => {
    writeConfig(folder, smallSamples);
    const out = join(folder, 'out');
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'local',
      topics: { partitions: 1 },
    });
    const given = ['--config', config, '--output', out, '--once', '--interval', '1', '--json'];
    const nobody = await runCli(['top', ...given]);
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /says no address \(service\.port is 0/);
    const run = startCli(['run', config, '--output', out]);
    const seen = new Set<string>();
    let isOver = false;
    const ended = run.result.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const { code, stdout } = await runCli(['top', ...given]);
      if (code !== 0) continue;
      for (const { stage, answers } of (JSON.parse(stdout) as TopJson).stages)
        if (answers && stage !== null) seen.add(stage);
    }
    assert.equal((await ended).code, 0);
    assert.ok(seen.has('trainer') && seen.has('scorer') && seen.has('selector'), [...seen].join(' '));
    assert.ok(
      !existsSync(join(out, '.work', 'lock-addresses.json')),
      readdirSync(join(out, '.work')).join(' '),
    );
  });
});
