import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { EventDetail } from '../../../services/live/shared/event-detail.js';
import type { Frame, Snapshot } from '../../../services/live/shared/snapshot.js';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { manyBlocks } from '../../support/many-blocks.js';
import { startServed } from '../../support/served-run.js';
import { writeConfig } from '../../support/small-run.js';

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('the dashboard of a run over Kafka: before it, while services work, and when it is finished', {
  skip: kafkaSkip,
}, async () => {
  await inFolder(async (folder) => {
    writeConfig(folder, await manyBlocks(folder), {
      features: { min_filled: 50 },
      training: { epochs: 3, megasets: 2, batch_events: 512 },
      output: { directory: join(folder, 'out') },
    });
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'dashboard',
      topics: { partitions: 2 },
      sink_window_offsets: 4,
    });
    const page = await startServed(['dashboard', '--config', config, '--serve', '0', '--json']);
    const look = async (): Promise<Snapshot> => {
      const answer = await fetch(`${page.address}snapshot`);
      return ((await answer.json()) as Frame).sections as Snapshot;
    };
    const until = async (what: string, holds: (seen: Snapshot) => boolean): Promise<Snapshot> => {
      for (let tries = 0; tries < 600; tries += 1) {
        const seen = await look();
        if (holds(seen)) return seen;
        await wait(200);
      }
      throw new Error(`waited in vain for ${what}: ${JSON.stringify((await look()).run)}`);
    };
    const stageOf = ({ flow }: Snapshot, stage: string) => flow.stages.find((one) => one.stage === stage)!;
    try {
      const early = await until('the run to be missed', ({ run }) => run.message !== '');
      assert.equal(early.run.state, 'starting');
      assert.match(early.run.message, /topic|holds no run/);
      assert.deepEqual(early.run.control.available, false);

      const run = startCli(['run', config]);
      const working = await until(
        'services to work',
        (seen) => (stageOf(seen, 'selector').copies?.up ?? 0) > 0 && stageOf(seen, 'selector').eventsIn > 0,
      );
      assert.equal(working.run.state, 'running');
      await until('both losses', ({ training }) =>
        training.epochs.some(({ loss, validationLoss }) => loss > 0 && (validationLoss ?? 0) > 0),
      );
      const { code, stderr } = await run.result;
      assert.equal(code, 0, stderr);

      const record = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as {
        events: { read: number; selected: number };
        model: string;
      };
      const { read, selected } = record.events;
      const seen = await until(
        'the end',
        ({ run: { state }, scores }) => state === 'finished' && scores.rows === selected,
      );
      assert.deepEqual(
        [stageOf(seen, 'selector').eventsIn, stageOf(seen, 'selector').eventsOut],
        [read, selected],
      );
      assert.equal(stageOf(seen, 'scorer').eventsOut, selected);
      for (const stage of ['ingest', 'selector', 'featurizer', 'scaler', 'scorer'])
        assert.deepEqual([stageOf(seen, stage).lag, stageOf(seen, stage).health], [0, 'done'], stage);
      assert.deepEqual(
        seen.phases.map(({ state }) => state),
        ['done', 'done', 'done', 'done', 'done', 'done'],
      );
      assert.equal(seen.scores.top.length, 12);
      const detail = await fetch(`${page.address}event?id=${seen.scores.top[0]!.id}`);
      const { noDisplay, noMatrix, objects, cells } = (await detail.json()) as EventDetail;
      assert.deepEqual([noDisplay, noMatrix], ['', '']);
      assert.ok(objects.length >= 2 && cells.length > 0);
      const order = await fetch(`${page.address}control/drain`, { method: 'POST' });
      assert.equal(order.status, 401);

      // The page is left open while the run is made again.
      const again = startCli(['run', config, '--fresh']);
      const blank = await until('the other run', ({ scores }) => scores.rows === 0);
      assert.deepEqual([blank.scores.top, blank.training.epochs], [[], []]);
      const { code: anew, stderr: said } = await again.result;
      assert.equal(anew, 0, said);
      const second = await until(
        'its end',
        ({ run: { state }, scores }) => state === 'finished' && scores.rows === selected,
      );
      assert.equal(stageOf(second, 'scorer').eventsOut, selected, 'counted once');
      assert.ok(second.run.startedMs > seen.run.endedMs!, 'the times of the run itself');
    } finally {
      page.child.kill('SIGINT');
    }
    const { code, stderr } = await page.result;
    assert.equal(code, 0, stderr);
    for (const line of stderr.trim().split('\n')) assert.equal(JSON.parse(line).type, 'note', line);
    const refused = await runCli(['run', config, '--serve']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /rmmstream dashboard --config/);
    const ignored = await runCli(['run', config, '--keep-serving']);
    assert.equal(ignored.code, 2);
    assert.match(ignored.stderr, /--keep-serving works with engine\.type: embedded only/);
  });
});
