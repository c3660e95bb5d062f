import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import type { Frame } from '../../../services/live/shared/snapshot.js';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import { openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { groupsNow } from '../../support/kafka/groups.js';
import { writeMessages } from '../../support/kafka/poison.js';
import { freePorts } from '../../support/kafka/ports.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import {
  allEndWell,
  endAll,
  type StartedService,
  startService,
  untilTrue,
} from '../../support/kafka-services.js';
import { startServed } from '../../support/served-run.js';
import { runWell, smallSamples, writeConfig } from '../../support/small-run.js';
import { readTables } from '../../support/tables.js';
import type { TopJson } from '../../support/top-json.js';

let cluster: KafkaCluster;
let client: KafkaClient;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

interface StatusJson {
  readonly state: string;
  readonly because: string;
  readonly model: { readonly id: string } | null;
  readonly scaler: { readonly id: string } | null;
  readonly files: { readonly known: number; readonly entries: number; readonly complete: boolean };
  readonly parts: readonly {
    readonly part: string;
    readonly state: string;
    readonly members: number;
    readonly waiting: number;
    readonly partitions: readonly { readonly position: number | null; readonly end: number }[];
  }[];
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: number;
    readonly offsets: number;
  }[];
}

interface TapJson {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly kind: string;
  readonly key: string;
  readonly skipped: number;
  readonly code?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly json?: { readonly type?: string };
}

async function statusOf(
  config: string,
  ...more: readonly string[]
): Promise<{ code: number | null; status: StatusJson }> {
  const { code, stdout, stderr } = await runCli(['status', config, '--json', ...more]);
  assert.notEqual(stdout, '', stderr);
  return { code, status: JSON.parse(stdout) as StatusJson };
}

function partOf({ parts }: StatusJson, name: string) {
  return parts.find(({ part }) => part === name)!;
}

function lines<Line>(stdout: string): Line[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

test('status, top and tap of a run from its first topic to its end', { skip: kafkaSkip }, async (t) => {
  client = await openForTest(cluster.brokers);
  await inFolder(async (folder) => {
    writeConfig(folder, smallSamples);
    const out = join(folder, 'out');
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'watched',
      topics: { partitions: 2 },
      sink_window_offsets: 4,
    });
    const services: StartedService[] = [];
    const start = (name: string) => services.push(startService(name, config, ['--output', out]));
    try {
      await t.test('before there is a run, there is nothing to say', async () => {
        assert.match((await runCli(['status', config])).stderr, /error\[kafka_topic_missing\]/);
        await runWell(['topics', 'create', config]);
        const { code, stderr } = await runCli(['status', config]);
        assert.equal(code, 2);
        assert.match(stderr, /error\[run_not_on_record\]/);
      });

      start('ingest');
      start('selector');
      await t.test('a stage without a copy is a stall, and nobody else is blamed', async () => {
        await untilTrue('everything is selected', async () => {
          const { status } = await statusOf(config, '--over', '0');
          return partOf(status, 'selector').state === 'done';
        });
        const { code, status } = await statusOf(config, '--over', '1');
        assert.equal(code, 1);
        assert.equal(status.state, 'stalled');
        assert.equal(status.because, 'no copy runs of featurizer, and there is work');
        assert.deepEqual([partOf(status, 'selector').members, partOf(status, 'featurizer').members], [1, 0]);
        assert.ok(partOf(status, 'featurizer').waiting > 0);
        assert.deepEqual(status.files, { known: 3, entries: status.files.entries, complete: true });
        const { stdout } = await runCli(['status', config, '--over', '0']);
        assert.match(stdout, /^stalled: no copy runs of featurizer/);
        assert.match(stdout, /featurizer +watched\.selected +0 +2 /);
      });

      await t.test('top shows stages of services, and an address where nobody listens', async () => {
        const ports = await Promise.all(services.map(({ port }) => port));
        const [free] = await freePorts(1);
        const addresses = [...ports, free].map((port) => `127.0.0.1:${port}`);
        const { stdout } = await runWell(['top', ...addresses, '--once', '--interval', '1', '--json']);
        const { stages: rows } = JSON.parse(stdout) as TopJson;
        assert.deepEqual(
          rows.map(({ address, stage, state, answers }) => [address, stage, state, answers]),
          [
            [addresses[0], 'ingest', 'running', true],
            [addresses[1], 'selector', 'running', true],
            [addresses[2], null, 'no answer: ECONNREFUSED', false],
          ],
        );
        // Both have done their work, so nothing moves between the two looks.
        assert.deepEqual([rows[1]!.events_in_per_second, rows[1]!.lag_records], [0, 0]);
        assert.ok(rows[0]!.resident_bytes! > 10e6);
        const { stdout: table } = await runWell(['top', ...addresses, '--once', '--interval', '1']);
        assert.match(table, /^selector +127\.0\.0\.1:\d+ +running +0 \/s /m);
      });

      await t.test('whoever looks joins no group and moves nothing', async () => {
        const before = await groupsNow({ brokers: cluster.brokers, client }, 'watched');
        const ports = await Promise.all(services.map(({ port }) => port));
        await runCli(['status', config, '--over', '0']);
        await runWell(['top', ...ports.map((port) => `127.0.0.1:${port}`), '--once', '--interval', '1']);
        await runWell(['tap', config, 'selected', '--limit', '1']);
        const page = await startServed(['dashboard', '--config', config, '--serve', '0']);
        await untilTrue('the page shows the run', async () => {
          const frame = (await (await fetch(`${page.address}snapshot`)).json()) as Frame;
          return (
            frame.sections.flow?.stages.some(
              ({ stage, eventsOut }) => stage === 'selector' && eventsOut > 0,
            ) === true
          );
        });
        assert.deepEqual(await groupsNow({ brokers: cluster.brokers, client }, 'watched'), before);
        page.child.kill('SIGINT');
        assert.equal((await page.result).code, 0);
      });

      for (const name of ['featurizer', 'scaler', 'trainer', 'scorer']) start(name);
      await allEndWell(services);
      const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
        model: string;
        scaler: { id: string };
      };

      await t.test('a finished run is finished, with its model, for programs and scripts', async () => {
        const { code, status } = await statusOf(config, '--finished');
        assert.deepEqual([code, status.state], [0, 'finished']);
        assert.deepEqual([status.model?.id, status.scaler?.id], [run.model, run.scaler.id]);
        assert.ok(status.parts.every(({ state, members }) => state === 'done' && members === 0));
        assert.deepEqual(
          status.topics.map(({ topic }) => topic),
          [
            'events',
            'selected',
            'features',
            'scaled',
            'scaler-state',
            'models',
            'progress',
            'dead-letters',
          ].map((kind) => `watched.${kind}`),
        );
        const refused = await runCli(['status', out]);
        assert.equal(refused.code, 2);
        assert.match(refused.stderr, /prefix watched.*give its configuration file/);
      });

      await t.test(
        'tap shows rows as another reader finds them in the score files, and moves no group',
        async () => {
          const earlier = await groupsNow({ brokers: cluster.brokers, client }, 'watched');
          const { stdout } = await runWell([
            'tap',
            config,
            'featurizer',
            '--json',
            '--limit',
            '100',
            '--events',
            '4',
          ]);
          const messages = lines<TapJson>(stdout);
          assert.deepEqual(new Set(messages.map(({ partition }) => partition)), new Set([0, 1]));
          const table = await readTables(join(out, 'scores'));
          const rowOf = new Map(table.entry!.map((entry, row) => [`${table.file![row]} ${entry}`, row]));
          let compared = 0;
          for (const { topic, kind, headers, events } of messages) {
            assert.deepEqual([topic, kind, events.length], ['watched.features', 'block', 4]);
            for (const event of events) {
              const row = rowOf.get(`${headers.file} ${event.entry}`)!;
              for (const name of [
                'event_number',
                'run_number',
                'channel',
                'weight',
                'n_jets',
                'n_leptons',
                'split',
                'flcomp',
              ])
                assert.equal(String(event[name]), String(table[name]![row]), name);
              for (const name of ['met', 'mll', 'ht'])
                assert.ok(Math.abs(Number(event[name]) / Number(table[name]![row]) - 1) < 1e-6, name);
              compared += 1;
            }
          }
          assert.equal(compared, 4 * messages.length);
          const where = await runWell([
            'tap',
            config,
            'scaled',
            '--json',
            '--limit',
            '100',
            '--where',
            'sample=ttbar',
          ]);
          const chosen = lines<TapJson>(where.stdout).map(({ headers }) => headers.sample);
          assert.deepEqual(chosen, ['ttbar']);
          const few = ['tap', config, 'featurizer', '--json', '--limit', '100', '--rate', '1'];
          const sampled = await runWell(few);
          const shown = lines<TapJson>(sampled.stdout);
          const between = [...shown, ...lines<{ readonly skipped: number }>(sampled.stderr)];
          assert.equal(
            between.reduce((sum, { skipped }) => sum + skipped, shown.length),
            messages.length,
            'each is shown or told to be passed over',
          );
          const progress = await runWell(['tap', config, 'progress', '--json', '--limit', '2']);
          assert.deepEqual(
            lines<TapJson>(progress.stdout).map(({ json }) => json?.type),
            ['run', 'file'],
          );
          const scores = await runWell(['tap', config, 'scorer', '--limit', '1', '--output', out]);
          assert.match(scores.stdout, new RegExp(`model_version +${run.model}`));
          assert.deepEqual(await groupsNow({ brokers: cluster.brokers, client }, 'watched'), earlier);
        },
      );

      await t.test(
        'tap waits for what comes, shows what nobody can use, and obeys nothing in it',
        async () => {
          const tapped = startCli(['tap', config, 'events', '--from', 'end', '--limit', '1000']);
          let shown = '';
          tapped.child.stdout!.on('data', (text: Buffer) => {
            shown += text.toString();
          });
          // It may not read yet, so that the message is sent until it comes.
          await untilTrue('the message is shown', async () => {
            const message = {
              key: '\u001b]0;owned\u0007',
              value: Buffer.from('x'),
              headers: { schema: '\u001b[2J\u009b5A', constructor: 'c' },
            };
            await writeMessages(client, 'watched.events', 1, [message]);
            return shown.includes('cannot be used');
          });
          tapped.child.kill('SIGINT');
          const { code, stdout } = await tapped.result;
          assert.equal(code, 0);
          assert.match(stdout, /watched\.events {2}partition 1 .* key \\u001b\]0;owned\\u0007/);
          assert.match(stdout, /schema: \\u001b\[2J\\u009b5A\n {2}constructor: c\n/);
          assert.match(stdout, /cannot be used: \[wire_schema_unknown\]/);
          assert.doesNotMatch(stdout, /(?!\n)[\p{Cc}\p{Cf}]/u);
        },
      );
    } finally {
      await endAll(services);
    }
  });
});
