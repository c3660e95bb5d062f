import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { positionMetadata, startPosition } from '../../../lib/flow/partitions/hop-position.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { LocalProgress } from '../../../services/kafka/local-progress.js';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 2 } } });
const { training } = loaded.config;

async function world(mode: 'bounded' | 'continuous' = 'bounded') {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const out: Record<string, unknown>[] = [];
  const progress = createProgress({
    style: 'json',
    write: (text) => out.push(JSON.parse(text) as Record<string, unknown>),
    nowMs: () => 0,
    intervalMs: 0,
  });
  const shown = new LocalProgress(context.client, context.names, context.view, progress, {
    training,
    input: { ...loaded.config.input, mode },
  });
  const commit = (role: string, topic: string, partition: number, eventsIn: number, eventsOut: number) =>
    cluster.offsets.set(`rmmstream.${role}/rmmstream.${topic}/${partition}`, {
      offset: 1,
      metadata: positionMetadata({ ...startPosition, eventsIn, eventsOut }),
    });
  const stage = (name: string) => {
    const found = progress.snapshots().find((snapshot) => snapshot.stage === name)!;
    return [found.events, found.total];
  };
  const notes = () => out.filter(({ type }) => type === 'note').map(({ message }) => message);
  return { cluster, context, shown, commit, stage, notes };
}

test('lines follow what the stages have committed, over all partitions', async () => {
  const { cluster, context, shown, commit, stage } = await world();
  await shown.look();
  await putRecords(cluster, context, [runRecord(loaded), fileRecord(0, 1000), fileRecord(1, 500)]);
  await context.view.catchUp(new AbortController().signal);
  commit('ingest', 'events', 0, 600, 600);
  commit('ingest', 'events', 1, 300, 300);
  commit('selector', 'events', 0, 500, 200);
  commit('featurizer', 'selected', 0, 150, 150);
  await shown.look();
  assert.deepEqual(stage('ingest'), [900, 1500]);
  assert.deepEqual(stage('selector'), [500, 1500]);
  assert.deepEqual(stage('featurizer'), [150, 200]);
  commit('ingest', 'events', 0, 1000, 1000);
  commit('selector', 'events', 1, 300, 250);
  cluster.offsets.set('rmmstream.scorer/rmmstream.scaled/1', { offset: 1, metadata: '[1,70,1,30,""]' });
  await shown.look();
  assert.deepEqual(stage('ingest'), [1300, 1500]);
  assert.deepEqual(stage('featurizer'), [150, 450], 'its total grows with what is selected');
  assert.equal(stage('scorer')[0], 100);
});

test('what a person should know of the lines of services is shown, the rest is not', async () => {
  const { shown, notes } = await world();
  shown.line(
    'scaler 0',
    '{"time":"t","level":"info","service":"scaler","event":"partitions","part":"scaler"}',
  );
  shown.line('scaler 0', '');
  shown.line(
    'scaler 0',
    '{"time":"t","level":"warn","service":"scaler","event":"drift","features":3,"worst":"met"}',
  );
  shown.line('scaler 0', 'Segmentation fault');
  shown.line('trainer 0', '{"level":"info","event":"epoch","loss":0.25}');
  shown.line('trainer 0', 'null');
  assert.deepEqual(notes(), [
    'scaler 0: drift features 3, worst met',
    'scaler 0: Segmentation fault',
    'trainer 0: null',
  ]);
});

test('of a run without end the news are shown, and training has no total', async () => {
  for (const [mode, expected] of [
    ['continuous', ['ingest 0: file_taken file a.root', 'trainer 0: model_published model 12ab']],
    ['bounded', []],
  ] as const) {
    const { shown, notes, stage } = await world(mode);
    shown.line('ingest 0', '{"level":"info","event":"file_taken","file":"a.root"}');
    shown.line('ingest 0', '{"level":"info","event":"partitions","part":"ingest"}');
    shown.line('trainer 0', '{"level":"info","event":"epoch","megaset":4,"epoch":0,"rows":10,"loss":0.25}');
    shown.line('trainer 0', '{"level":"info","event":"model_published","model":"12ab"}');
    assert.deepEqual(notes(), expected);
    assert.deepEqual(stage('train'), [10, 0]);
  }
});

test('the training of an ensemble is as long as that of all its networks', async () => {
  const { cluster, context, shown, stage } = await world();
  const rows = [100, 100, 100, 100];
  const scaler: ProgressRecord = { type: 'scaler', id: 's', rows_by_split: rows, from: 0, frozen_ms: 0 };
  const ends = (['events', 'selected', 'features', 'moments'] as const).flatMap((of) =>
    [0, 1].map((partition) => ({ type: 'end', of, partition, offset: 1, messages: 1, input: 1 }) as const),
  );
  await putRecords(cluster, context, [runRecord(loaded), ...ends, scaler]);
  await context.view.catchUp(new AbortController().signal);
  const line = { event: 'epoch', network: 1, networks: 3, megaset: 0, epoch: 1, rows: 10, loss: 0.25 };
  shown.line('trainer 0', JSON.stringify(line));
  assert.deepEqual(stage('train'), [10, 100 * training.epochs * training.passes * 3]);
});

test('a run that failed says the first error that is not about somebody else', async () => {
  const { shown } = await world();
  const lost = new RmmError('service_failed', 'selector 0 ended with exit code 1: {"code":...}');
  assert.equal(shown.failureOf(lost), lost);
  shown.line(
    'selector 0',
    '{"level":"error","event":"failed","code":"service_failed","message":"scaler failed"}',
  );
  shown.line(
    'scaler 0',
    '{"level":"error","event":"failed","code":"no_training_events","message":"none was selected"}',
  );
  const error = shown.failureOf(lost) as RmmError;
  assert.equal(error.code, 'service_failed');
  assert.equal(error.message, 'selector 0 ended with exit code 1: [no_training_events] none was selected');
  const other = new RmmError('interrupted', 'interrupted');
  assert.equal(shown.failureOf(other), other);
});
