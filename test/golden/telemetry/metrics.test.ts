import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../../lib/telemetry/metric-spec.js';
import { sampleMetrics } from './sample-metrics.js';

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly (readonly [string, Readonly<Record<string, string>>, number | string])[];
}

const golden = join(packageRoot, 'test', 'golden', 'telemetry');
const families = JSON.parse(readFileSync(join(golden, 'metrics.json'), 'utf8')) as Family[];

/** Value of a sample by its name and the labels beside the stage. */
function value(name: string, labels: Readonly<Record<string, string>> = {}): number | string | undefined {
  const found = families
    .flatMap((family) => family.samples)
    .filter(([sample]) => sample === name)
    .filter(([, has]) => {
      const { stage: _, ...others } = has;
      return JSON.stringify(Object.entries(others).sort()) === JSON.stringify(Object.entries(labels).sort());
    });
  assert.ok(found.length <= 1, `${name} comes twice`);
  return found[0]?.[2];
}

test('we still give the text that the Prometheus client has read', async () => {
  assert.equal(await sampleMetrics(), readFileSync(join(golden, 'metrics.txt'), 'utf8'));
});

test('the Prometheus client finds every metric of the list, with its type and help', () => {
  const shownTypes: Readonly<Record<string, string>> = { age: 'gauge', info: 'gauge' };
  const expected = Object.values(metricList as Record<string, MetricSpec>).map(({ name, type, help }) => [
    // The client keeps counters without their ending.
    type === 'counter' ? name.replace(/_total$/, '') : name,
    shownTypes[type] ?? type,
    help,
  ]);
  assert.deepEqual(
    families.map(({ name, type, help }) => [name, type, help]),
    expected,
  );
});

test('the Prometheus client finds the values that were counted', () => {
  const expected: readonly [string, Record<string, string>, number | string | undefined][] = [
    ['rmmstream_input_batches_total', {}, 2],
    ['rmmstream_input_events_total', {}, 8292],
    ['rmmstream_input_bytes_total', {}, 1_215_000],
    ['rmmstream_output_batches_total', {}, 1],
    ['rmmstream_output_events_total', {}, 8290],
    ['rmmstream_rejected_events_total', { reason: 'mll' }, 20],
    ['rmmstream_dead_letters_total', { reason: 'weight_not_finite' }, 2],
    ['rmmstream_dead_letters_total', { reason: 'kafka_message_too_large' }, 1],
    ['rmmstream_stage_errors_total', { code: 'kafka_unreachable' }, 2],
    ['rmmstream_transaction_seconds_count', { outcome: 'committed' }, 2],
    ['rmmstream_transaction_seconds_sum', { outcome: 'committed' }, 3.03],
    ['rmmstream_transaction_seconds_bucket', { outcome: 'committed', le: '0.05' }, 1],
    ['rmmstream_transaction_seconds_bucket', { outcome: 'committed', le: '0.025' }, 0],
    ['rmmstream_transaction_seconds_bucket', { outcome: 'aborted', le: '60' }, 0],
    ['rmmstream_transaction_seconds_bucket', { outcome: 'aborted', le: '+Inf' }, 1],
    ['rmmstream_queue_batches', {}, 2],
    ['rmmstream_queue_bytes', {}, 2_400_000],
    ['rmmstream_assigned_partitions', {}, 2],
    ['rmmstream_position_records', { partition: '0' }, 10],
    ['rmmstream_lag_records', { partition: '0' }, 42],
    ['rmmstream_lag_seconds', { partition: '0' }, 90.5],
    ['rmmstream_lag_records', { partition: '3' }, 0],
    ['rmmstream_lag_seconds', { partition: '3' }, 0],
    ['rmmstream_lag_seconds', { partition: '7' }, undefined],
    ['rmmstream_position_records', { partition: '7' }, undefined],
    ['rmmstream_stalled_partitions', {}, 1],
    ['rmmstream_checkpoint_age_seconds', {}, 2],
    ['rmmstream_model_info', { version: 'old' }, undefined],
    ['rmmstream_model_info', { version: 'e3b0c44298fc1c14' }, 1],
    ['rmmstream_model_age_seconds', {}, 3600],
    ['rmmstream_scaler_info', { version: '3-abc' }, 1],
    ['rmmstream_scaler_age_seconds', {}, 86_400],
    ['rmmstream_training_epochs_total', {}, 2],
    ['rmmstream_training_loss', {}, 0.5],
    ['rmmstream_validation_loss', {}, 'nan'],
    ['rmmstream_drift_deviations', { kind: 'gev' }, 0.31],
    ['rmmstream_drift_deviations', { kind: 'plain' }, 1e-7],
    ['rmmstream_drifting_features', { kind: 'gev' }, 4],
    ['rmmstream_service_state', { state: 'running' }, 1],
    ['rmmstream_service_state', { state: 'failed' }, 0],
    ['rmmstream_service_ready', {}, 1],
    ['rmmstream_build_info', { version: '1.2.3' }, 1],
    ['rmmstream_event_loop_delay_seconds', { statistic: 'max' }, 0.25],
    ['rmmstream_memory_bytes', { area: 'resident' }, 3e8],
    ['rmmstream_memory_limit_bytes', {}, 1_610_612_736],
    ['rmmstream_start_time_seconds', {}, 1_767_323_045],
  ];
  for (const [name, labels, wanted] of expected) {
    assert.equal(value(name, labels), wanted, `${name} ${JSON.stringify(labels)}`);
  }
  assert.ok(Math.abs((value('rmmstream_busy_seconds_total') as number) - 0.3) < 1e-12);
});
