import assert from 'node:assert/strict';

import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import type { LedgerPage } from '../../support/endless-run.js';
import { openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { scoreRows, writeKafkaConfig } from '../../support/kafka-run.js';
import { allEndWell, endAll, startService, untilTrue } from '../../support/kafka-services.js';
import { quick, runWell, shipped, smallSamples, writeConfig } from '../../support/small-run.js';

const events = 120_000;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('a load that is killed with -9 goes on; every stage works on it, and the ledger closes over its events', {
  skip: kafkaSkip,
}, async () => {
  await inFolder(async (folder) => {
    const data = { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 };
    writeConfig(folder, [...smallSamples, data], quick);
    const config = writeKafkaConfig(folder, 'load.yaml', cluster.brokers, {
      prefix: 'load',
      topics: { partitions: 2 },
      transaction_messages: 2,
    });
    const output = join(folder, 'out');
    const order = ['amplify', '--to-topic', config, '--events', String(events), '--json'];
    const killed = startCli([...order, '--rate', '20000']);
    const client = await openForTest(cluster.brokers);
    try {
      // Two messages and a marker are a transaction: beyond six of them one at least is committed.
      await untilTrue('committed blocks are on the topic', async () =>
        (await client.admin.offsets('load.events')).some(({ end }) => end > 6),
      );
    } finally {
      await client.close();
    }
    killed.child.kill('SIGKILL');
    await killed.result;
    const { stdout } = await runWell(order);
    const result = JSON.parse(stdout) as { readonly events: number; readonly made: number };
    assert.equal(result.events, events);
    assert.ok(result.made < events, 'what was delivered before the kill was not made again');

    const names = ['selector', 'featurizer', 'scaler', 'trainer', 'scorer'];
    const services = names.map((name) => startService(name, config, ['--output', output]));
    try {
      await allEndWell(services);
    } finally {
      await endAll(services);
    }
    const ledger = await runWell(['ledger', config, '--output', output, '--json']);
    const { state, totals } = JSON.parse(ledger.stdout) as LedgerPage;
    assert.equal(state, 'closed');
    assert.equal(totals.entries, events);
    assert.equal(totals.scored + totals.cut, events);
    const rows = await scoreRows(output);
    assert.equal(rows.size, totals.scored);
    for (const key of rows.keys()) assert.match(key, /^amplified:seed=1,copies=\d+-\d+:/);
  });
});

test('a wrong order is a usage error, and an engine without topics a wrong configuration', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    const topics = writeKafkaConfig(folder, 'topics.yaml', ['127.0.0.1:1'], { prefix: 'wrong' });
    for (const [args, message] of [
      [['--to-topic', config], /needs either --events or --seconds/],
      [['--to-topic', config, '--events', '5', '--seconds', '5'], /and not both/],
      [
        ['--to-topic', config, '--events', '5', '--output', 'x.root'],
        /--output cannot stand beside --to-topic/,
      ],
      [['--to-topic', config, '--events', '5', '--rate', '0'], /--rate 0: expected a number above 0/],
      [['--to-topic', config, '--events', '1.5'], /--events 1.5: expected an integer above 0/],
      [['--input', 'a.root', '--output', 'b.root', '--events', '5', '--rate', '5'], /--rate cannot stand/],
      [
        ['--input', 'a.root', '--output', 'b.root', '--events', '5', '--set', 'training.seed=1'],
        /--set cannot stand beside --output/,
      ],
      [
        ['--to-topic', config, '--events', '5', '--tree', 'mini', '--compression', 'lz4'],
        /--tree and --compression cannot stand beside --to-topic/,
      ],
      [
        ['--to-topic', topics, '--seconds', '5', '--max-waiting', '5'],
        /--max-waiting is for a run without end/,
      ],
      [['--output', 'b.root', '--events', '5'], /--input FILE and --output FILE, or --to-topic/],
      [['--to-topic', config, '--events', '5'], /engine.type: embedded; --to-topic needs/],
    ] as const) {
      const { code, stderr } = await runCli(['amplify', ...args], { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});
