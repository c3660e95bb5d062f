import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../sim/support/chance.js';
import { amplified } from '../../support/amplified.js';
import { childrenOf } from '../../support/chaos.js';
import { inFolder, startCli } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun, writeKafkaConfig } from '../../support/kafka-run.js';
import { runWell, writeConfig } from '../../support/small-run.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const kills = long ? 20 : 6;
const events = long ? 200_000 : 60_000;

/** A broker is down for this long at least: its partitions get other leaders. */
const brokerDownMs = 3_000;

test(`${kills} kills -9 among services and brokers change nothing of a run`, {
  skip: kafkaSkip,
}, async (t) => {
  const seed = Number(process.env.RMMSTREAM_TEST_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const draw = seededRandom(seed);
  const cluster = await startKafka({ nodes: 3 });
  try {
    await inFolder(async (folder) => {
      const file = writeConfig(folder, await amplified(folder, events), {
        features: { min_filled: 50 },
        training: { epochs: long ? 10 : 6, megasets: 4, batch_events: 512, bucket_events: 16_384 },
        engine: { workers: 2 },
      });
      const embedded = join(folder, 'embedded');
      await runWell(['run', file, '--output', embedded]);
      const config = writeKafkaConfig(
        folder,
        'kafka.yaml',
        cluster.brokers,
        {
          prefix: 'killed',
          topics: { partitions: 4, replication: 3, min_insync_replicas: 2 },
          session_timeout_ms: 2000,
          sink_window_offsets: 8,
          transaction_messages: 2,
        },
        { copies: { ingest: 2, selector: 2, featurizer: 2, scaler: 2, trainer: 2, scorer: 2 } },
      );
      const out = join(folder, 'kafka');
      const { child, result } = startCli(['run', config, '--output', out]);
      const chaos = killAround(cluster, child.pid!, draw);
      const ended = await result;
      const killed = await chaos.stop();
      assert.equal(ended.code, 0, ended.stderr);
      t.diagnostic(`killed ${killed.join(', ')}`);
      assert.equal(killed.length, kills, 'the run ended before all kills were done');
      await assertSameRun(out, embedded);
      await runWell(['ledger', config, '--output', out]);
    });
  } finally {
    await cluster.stop();
  }
});

/** Kills services, and now and then a broker, which comes back, at random moments. */
function killAround(cluster: KafkaCluster, run: number, draw: () => number) {
  const killed: string[] = [];
  let over = false;
  const brokers: Promise<void>[] = [];
  let brokerIsDown = false;
  const loop = (async () => {
    while (!over && killed.length < kills) {
      await wait(500 + draw() * 2500);
      if (over) break;
      if (draw() < 0.25 && !brokerIsDown) {
        const node = 1 + Math.floor(draw() * 3);
        brokerIsDown = true;
        killed.push(`broker ${node}`);
        await cluster.kill(node);
        brokers.push(
          (async () => {
            await wait(brokerDownMs);
            await cluster.restart(node);
            brokerIsDown = false;
          })(),
        );
        continue;
      }
      const services = childrenOf(run).filter(({ command }) => command.includes(' service '));
      const victim = services[Math.floor(draw() * services.length)];
      if (victim === undefined) continue;
      process.kill(victim.pid, 'SIGKILL');
      killed.push(/ service (\w+)/.exec(victim.command)![1]!);
    }
  })();
  return {
    async stop() {
      over = true;
      await loop;
      await Promise.all(brokers);
      return killed;
    },
  };
}
