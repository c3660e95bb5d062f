import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import { inFolder, outputDigests, runCli, startCli } from '../../support/cli.js';
import { pageOf, untilTrue } from '../../support/kafka-services.js';
import { quick, runWell, smallSamples, writeConfig } from '../../support/small-run.js';
import type { TopJson } from '../../support/top-json.js';
import { startMeasuredRun, watched } from '../../support/watched-services.js';

/** Set only where something goes wrong, or where a container has a limit. */
const elsewhere = ['deadLetters', 'errors', 'memoryLimit'];
/** What docs/metrics.md says that a run in one process has not. */
const absent = ['transactionSeconds', 'scoreLatency', 'drift', 'driftingFeatures'];

test('a run with --metrics-port shows what it does, and makes the same as one without', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples, {
      ...quick,
      engine: { workers: 2, range_events: 8192 },
    });
    const run = startMeasuredRun([config, '--output', join(folder, 'out')]);
    const ready = await pageOf(run, '/ready');
    assert.equal(ready.status, 200, ready.text);
    assert.equal((await pageOf(run, '/live')).status, 200);
    const seen = await watched([run], 20);
    const { code, stderr } = await run.result;
    assert.equal(code, 0, stderr);
    const at = (series: string) => seen.get(series) ?? assert.fail(`${series} was never there`);

    const shown = new Set([...seen.keys()].map((series) => series.split('{', 1)[0]!));
    const missing = Object.entries(metricList)
      .filter(([key, { name }]) => ![...elsewhere, ...absent].includes(key) && !shown.has(name))
      .map(([, { name }]) => name);
    assert.deepEqual(missing, []);

    const report = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as {
      events: { read: number; selected: number };
      scaler: { id: string };
      model: string;
    };
    const { read, selected } = report.events;
    assert.equal(at('rmmstream_input_events_total{stage="ingest"}'), read);
    assert.equal(at('rmmstream_output_events_total{stage="selector"}'), selected);
    assert.equal(at('rmmstream_output_events_total{stage="featurizer"}'), selected);
    const rejected = [...seen].filter(([series]) => series.startsWith('rmmstream_rejected_events_total{'));
    assert.equal(
      rejected.reduce((sum, [, events]) => sum + events, 0),
      read - selected,
    );
    for (const stage of ['ingest', 'selector', 'featurizer', 'scaler_moments', 'trainer', 'scorer'])
      assert.ok(at(`rmmstream_busy_seconds_total{stage="${stage}"}`) > 0, stage);
    assert.ok(at('rmmstream_queue_batches{stage="ingest"}') >= 1);
    assert.equal(at('rmmstream_lag_records{stage="ingest",partition="0"}'), 0);
    assert.equal(at(`rmmstream_scaler_info{stage="scaler",version="${report.scaler.id}"}`), 1);
    assert.equal(at(`rmmstream_model_info{stage="scorer",version="${report.model}"}`), 1);
    assert.equal(at('rmmstream_service_state{state="failed"}'), 0);

    await runWell(['run', config, '--output', join(folder, 'alone')]);
    assert.deepEqual(outputDigests(join(folder, 'out')), outputDigests(join(folder, 'alone')));
  });
});

test('a port or an address that cannot be is refused before anything is done', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    for (const [args, said] of [
      [['--metrics-port', 'x'], /error\[cli_usage\]: --metrics-port x: expected a port from 0 to 65535/],
      [['--metrics-port', '65536'], /error\[cli_usage\]: --metrics-port 65536: expected a port/],
      [['--metrics-host', '127.0.0.1'], /error\[cli_usage\]: --metrics-host needs --metrics-port/],
      [
        ['--metrics-port', '0', '--metrics-host', '192.0.2.1'],
        /error\[service_address_unusable\].*192\.0\.2\.1 port 0: .* as --metrics-host/s,
      ],
      [
        ['--metrics-port', '0', '--set', 'engine.type=kafka', '--set', 'engine.brokers=[127.0.0.1:9092]'],
        /error\[cli_usage\]: --metrics-port works with engine\.type: embedded only/,
      ],
    ] as const) {
      const { code, stderr } = await runCli(['run', config, '--output', join(folder, 'out'), ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
    }
  });
});

test('top that watches a run to its end says that it is over, and ends with an interrupt', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples, {
      ...quick,
      training: { ...quick.training, epochs: 10_000 },
    });
    const out = join(folder, 'out');
    const run = startMeasuredRun([config, '--output', out]);
    let top: ReturnType<typeof startCli> | undefined;
    try {
      await run.port;
      await untilTrue('the run is at work', async () =>
        existsSync(join(out, '.work', 'lock-addresses.json')),
      );
      top = startCli(['top', '--config', config, '--output', out, '--interval', '1']);
      let shown = '';
      top.child.stdout!.on('data', (bytes: Buffer) => {
        shown += bytes.toString();
      });
      await untilTrue('the run is shown', async () => /^trainer /m.test(shown));
      run.child.kill('SIGINT');
      await run.result;
      await untilTrue('its end is shown', async () =>
        shown.includes('nothing is at work: the run is over\n'),
      );
      top.child.kill('SIGINT');
      const { code, stderr } = await top.result;
      assert.deepEqual([code, stderr], [0, '']);
    } finally {
      top?.child.kill('SIGKILL');
      run.child.kill('SIGKILL');
      await run.result;
    }
  });
});

test('top finds a run in one process by its configuration, and not what a killed one left', async () => {
  await inFolder(async (folder) => {
    // It would train for minutes.
    const config = writeConfig(folder, smallSamples, {
      ...quick,
      training: { ...quick.training, epochs: 10_000 },
    });
    const out = join(folder, 'out');
    const record = join(out, '.work', 'lock-addresses.json');
    const top = () =>
      runCli(['top', '--config', config, '--output', out, '--once', '--interval', '1', '--json']);
    const refused = async () => {
      const { code, stderr } = await top();
      assert.equal(code, 2, stderr);
      assert.match(stderr, /no run of .*analysis.yaml with --metrics-port works in .*out on this machine/);
    };
    await refused();
    for (const end of ['SIGINT', 'SIGKILL'] as const) {
      const run = startMeasuredRun([config, '--output', out]);
      try {
        const port = await run.port;
        await untilTrue('the run is at work', async () => existsSync(record));
        const { code, stdout, stderr } = await top();
        assert.equal(code, 0, stderr);
        const { stages } = JSON.parse(stdout) as TopJson;
        assert.deepEqual([...new Set(stages.map(({ address }) => address))], [`127.0.0.1:${port}`]);
        assert.ok(stages.every(({ answers }) => answers));
        assert.ok(stages.some(({ stage }) => stage === 'trainer'));
      } finally {
        run.child.kill(end);
        await run.result;
      }
      assert.equal(existsSync(record), end === 'SIGKILL');
      await refused();
    }
  });
});
