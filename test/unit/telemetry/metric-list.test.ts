import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { metricAreas } from '../../../cli/metrics-page.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { kafkaSchema } from '../../../lib/config/schema/kafka.js';
import { reportLayout } from '../../../lib/physics/report/index.js';
import { rmmLayout } from '../../../lib/physics/rmm/index.js';
import { firstDeadLetter, reasonNames } from '../../../lib/physics/selection/index.js';
import { cutReasons, eventFaults, featureKinds, metricList } from '../../../lib/telemetry/metric-list.js';
import { labelAllows, type MetricSpec, unitOf } from '../../../lib/telemetry/metric-spec.js';

const specs: readonly MetricSpec[] = Object.values(metricList);

test('every metric is named rmmstream_<noun>_<unit>, counters with _total, and says what it is', () => {
  for (const spec of specs) {
    assert.ok(unitOf(spec) !== undefined, spec.name);
    assert.match(spec.help, /^[^\n|]+\.$/, spec.name);
    assert.equal(spec.bounds !== undefined, spec.type === 'histogram', spec.name);
  }
  assert.equal(new Set(specs.map((spec) => spec.name)).size, specs.length);
});

test('a name of another form has no unit', () => {
  for (const [name, type] of [
    ['rmmstream_input_events', 'counter'],
    ['rmmstream_lag_records_total', 'gauge'],
    ['rmmstream_lag_miles', 'gauge'],
    ['rmmstream_records', 'gauge'],
    ['kafka_lag_records', 'gauge'],
    ['rmmstream_Lag_records', 'gauge'],
  ] as const) {
    const expected = name === 'rmmstream_records' ? 'records' : undefined;
    assert.equal(unitOf({ name, type }), expected, name);
  }
});

test('the page names every metric once', () => {
  const shown = metricAreas.flatMap(([, keys]) => keys);
  assert.deepEqual([...shown].sort(), Object.keys(metricList).sort());
});

test('label sets are those of the physics and of the configuration', () => {
  assert.deepEqual(cutReasons, reasonNames.slice(1, firstDeadLetter));
  assert.deepEqual(eventFaults, reasonNames.slice(firstDeadLetter));
  const { maximum } = kafkaSchema.properties.topics.properties.partitions;
  assert.equal(metricList.lagRecords.labels.partition.below, maximum);
  const kinds = new Set([...rmmLayout().kinds, ...reportLayout('report35').kinds]);
  assert.deepEqual([...featureKinds].sort(), [...kinds].sort());
});

test('a label takes only what its set has', () => {
  const partition = metricList.lagRecords.labels.partition;
  for (const good of [0, 1023]) assert.ok(labelAllows(partition, good));
  for (const bad of [-1, 1024, 1.5, Number.NaN, '3']) assert.ok(!labelAllows(partition, bad), String(bad));
  const version = metricList.modelInfo.labels.version;
  assert.ok(labelAllows(version, '0123abcd-7'));
  for (const bad of ['', 'a b', 'a"b', 'a\n', 'x'.repeat(129), 7]) assert.ok(!labelAllows(version, bad));
  const stage = metricList.lagRecords.labels.stage;
  assert.ok(labelAllows(stage, 'scorer') && !labelAllows(stage, 'toString') && !labelAllows(stage, 0));
});

test('one file knows prom-client', () => {
  const folders = ['lib', 'services', 'cli'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true }).map((name) => `${folder}/${String(name)}`),
  );
  const knowing = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => readFileSync(join(packageRoot, file), 'utf8').includes("'prom-client'"));
  assert.deepEqual(knowing, ['lib/telemetry/prometheus-metrics.ts']);
});
