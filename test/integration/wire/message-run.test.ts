import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { BatchFileReader } from '../../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../../lib/columnar/arrow/feature-batch.js';
import { readParquetColumns } from '../../../lib/columnar/parquet/read-columns.js';
import type { Config, LoadedConfig } from '../../../lib/config/index.js';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import { RecordStore } from '../../../lib/flow/record-store.js';
import type { Backend } from '../../../lib/learning/backend.js';
import { aroundSums, bindCells, bindRows, expandScaled } from '../../../lib/learning/expand.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { freezeScaler, type Scaler } from '../../../lib/learning/scaler.js';
import { createScoreColumns, networkScorePlan } from '../../../lib/learning/score-plan.js';
import { copyRows } from '../../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../../lib/physics/feature-rows.js';
import { split } from '../../../lib/physics/identity.js';
import { PatternTable } from '../../../lib/physics/patterns.js';
import { batchSource } from '../../../services/featurizer/batch-source.js';
import { fromBatchColumns } from '../../../services/featurizer/row-columns.js';
import { rangesOfBlocks } from '../../../services/pipeline/block-ranges.js';
import { sampleCutFlows } from '../../../services/pipeline/cutflow.js';
import { rangeName } from '../../../services/pipeline/layout.js';
import type { RangeRecord } from '../../../services/pipeline/records.js';
import { MessageChain } from '../../../services/plan/measure/message-chain.js';
import { momentsTree } from '../../../services/scaler/block-moments.js';
import { scalerOptions } from '../../../services/scaler/config.js';
import { MomentsOperator, ScalerOperator } from '../../../services/scaler/operator.js';
import { loadModel } from '../../../services/scorer/model-folder.js';
import { BlockScorer } from '../../../services/scorer/operator.js';
import { selectionOf } from '../../../services/selector/config.js';
import { networkOf } from '../../../services/trainer/config.js';
import { sourceOrder } from '../../../services/trainer/distribute.js';
import { bucketsFor, MegasetWriter } from '../../../services/trainer/megaset-store.js';
import { type Trained, train } from '../../../services/trainer/train.js';
import { trainingPart, validationShareOf } from '../../../services/trainer/training-part.js';
import type { TrainingRecord } from '../../../services/trainer/training-record.js';
import { decodeFeatures, type FeaturesBlock } from '../../../services/wire/features.js';
import type { WireMessage } from '../../../services/wire/message.js';
import { decodeScaled, type ScaledWire } from '../../../services/wire/scaled.js';
import { inFolder } from '../../support/cli.js';
import { loadForTest, quietSurroundings, weighedFiles } from '../../support/inputs.js';
import { manyBlocks } from '../../support/many-blocks.js';
import { received } from '../../support/message-chain.js';
import { runWell, writeConfig } from '../../support/small-run.js';

const settings = {
  features: { min_filled: 50 },
  training: { epochs: 2, megasets: 3, batch_events: 512, bucket_events: 4096, validation_events: 1000 },
  engine: { workers: 2, range_events: 16384 },
  learning: { threads: 2 },
} as const;

/** Blocks in the order in which everything is merged: that of range names, then of entries. */
function inBlockOrder<Block extends { readonly source: BlockSource }>(blocks: readonly Block[]): Block[] {
  const name = ({ source }: Block) => rangeName(source.sample, source.fingerprint, source.first);
  return [...blocks].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

test('stages that hand on messages give the embedded run, bit for bit, from events to scores', async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, await manyBlocks(folder), settings);
    const out = join(folder, 'out');
    await runWell(['run', file, '--output', out]);
    const loaded = loadForTest(file, folder);
    const { config, profile } = loaded;
    const chain = new MessageChain({ config, profile });
    const { layout } = chain.expected;

    const features: WireMessage[] = [];
    const deadLetters: string[] = [];
    for (const context of await weighedFiles(loaded)) {
      for await (const events of chain.ingest(context)) {
        const selected = chain.select(received(events));
        deadLetters.push(...selected.deadLetters);
        features.push(chain.featurize(received(selected.message)));
      }
    }
    const blocks = inBlockOrder(features.map((message) => decodeFeatures(received(message), chain.expected)));
    assert.ok(blocks.length > 18, 'a file has several blocks');
    compareFeatures(blocks, join(out, 'features'), config.engine.range_events);
    compareRecords(blocks, out, loaded);
    compareDeadLetters(deadLetters, join(out, 'dead-letters'));

    const scaler = frozen(blocks, layout, config);
    const finished = loadModel(join(out, 'model'));
    assert.equal(scaler.id, finished.model.scaler.id);

    const operator = new ScalerOperator(scaler, layout.maskWords);
    const scaled = features.map((message) => chain.scale(received(message, 5), operator));
    const rows = inBlockOrder(scaled.map((message) => decodeScaled(received(message), chain.expected)));
    blocks.forEach((block, number) => {
      compareExpansion(block, rows[number]!, scaler, layout);
    });

    const { backend } = await findBackend('auto', backendCandidates(config.learning.threads));
    const trained = await trainOn(rows, scaler, backend, config, folder);
    assert.deepEqual(trained.parts.parameters, finished.model.parameters);
    assert.deepEqual(trained.parts.usual, finished.model.usual);
    const record = finished.model.record as unknown as TrainingRecord;
    assert.deepEqual(JSON.parse(JSON.stringify(trained.epochs)), record.training.epochs);

    const scorer = await BlockScorer.create(finished, backend, config, 1);
    await compareScores(rows, scorer, join(out, 'scores'), config.engine.range_events);
  });
});

type Blocks = readonly FeaturesBlock[];

/** The blocks of each range, under its name. */
function byRange<Block extends { readonly source: BlockSource }>(
  blocks: readonly Block[],
  rangeEntries: number,
): Map<string, Block[]> {
  const ranges = new Map<string, Block[]>();
  for (const block of blocks) {
    const { sample, fingerprint, first } = block.source;
    const name = rangeName(sample, fingerprint, first - (first % rangeEntries));
    ranges.set(name, [...(ranges.get(name) ?? []), block]);
  }
  return ranges;
}

function compareFeatures(blocks: Blocks, folder: string, rangeEntries: number): void {
  const ranges = byRange(blocks, rangeEntries);
  assert.deepEqual([...ranges.keys()].map((name) => `${name}.arrow`).sort(), readdirSync(folder).sort());
  for (const [name, found] of ranges) {
    const reader = new BatchFileReader(join(folder, `${name}.arrow`), featureSchema);
    assert.equal(reader.batches, found.length);
    found.forEach(({ features, columns, source }, number) => {
      const batch = reader.batch(number);
      assert.deepEqual(batch.source, batchSource(source));
      assert.deepEqual(copyRows(features), copyRows(fromFeatureBatch(batch).features));
      assert.deepEqual(columns, fromBatchColumns(batch));
    });
    reader.close();
  }
}

function compareRecords(blocks: Blocks, out: string, loaded: LoadedConfig): void {
  const records = rangesOfBlocks(blocks, loaded.config.engine.range_events, 'basis');
  const written = new RecordStore<RangeRecord>(join(out, '.work', 'ranges')).readAll();
  assert.deepEqual(
    records,
    [...written.values()].map((record) => ({ ...record, basis: 'basis' })),
  );
  const flows = sampleCutFlows(records, loaded.samples, selectionOf(loaded.config));
  const { samples: cuts } = JSON.parse(readFileSync(join(out, 'cutflow.json'), 'utf8'));
  assert.deepEqual(JSON.parse(JSON.stringify(flows)), cuts);
}

function compareDeadLetters(lines: readonly string[], folder: string): void {
  const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.deepEqual(lines, written.join('').trimEnd().split('\n'));
  assert.equal(lines.length, 2);
}

function frozen(blocks: Blocks, layout: FeatureLayout, config: Config): Scaler {
  const moments = new MomentsOperator(layout, config.scaler.weights);
  const tree = momentsTree();
  for (const { features, columns, source } of blocks) {
    const found = moments.process(features, columns, source);
    if (found !== undefined) tree.push(found);
  }
  return freezeScaler(tree.result()!, layout.kinds, scalerOptions(config));
}

/** Scaled rows expand to what the raw ones do, and carry the same sums around the network. */
function compareExpansion(
  raw: FeaturesBlock,
  scaled: ScaledWire,
  scaler: Scaler,
  layout: FeatureLayout,
): void {
  const plan = planExpansion(scaler);
  const patterns = new PatternTable(layout.columns, layout.maskWords);
  const { rows } = raw.features;
  const bound = bindRows(plan, patterns.rows(raw.features));
  const expected = new Float32Array(rows * plan.width);
  expandScaled(bound, 0, rows, expected);
  const sums = [new Float64Array(rows), new Float64Array(rows)] as const;
  aroundSums(bound, 0, rows, ...sums);
  const found = new Float32Array(rows * plan.width);
  const { scaler: id, squares, absolutes } = scaled.scaled;
  expandScaled(bindCells(plan, { ...patterns.rows(scaled.scaled), scaler: id }), 0, rows, found);
  assert.deepEqual(found, expected);
  assert.deepEqual([squares, absolutes], sums);
  assert.deepEqual(scaled.columns, raw.columns);
  assert.deepEqual(scaled.record, raw.record);
}

async function trainOn(
  blocks: readonly ScaledWire[],
  scaler: Scaler,
  backend: Backend,
  config: Config,
  folder: string,
): Promise<Trained> {
  const { training } = config;
  const background = blocks.filter(({ source }) => source.kind === 'background');
  const count = (code: number) => background.reduce((sum, { record }) => sum + record.rowsBySplit[code]!, 0);
  const writer = new MegasetWriter({
    folder: join(folder, 'megasets'),
    megasets: training.megasets + 1,
    buckets: bucketsFor(count(split.train), training.megasets, training.bucket_events),
    scaler: scaler.id,
  });
  const order = sourceOrder(background.map(({ source }) => source.fingerprint));
  const validationShare = validationShareOf(count(split.validation), training.validation_events);
  // Rows come as partitions happen to be read: here from the last block to the first.
  for (const { scaled, columns, source } of [...background].reverse()) {
    const part = trainingPart(scaled, columns, order.indexOf(source.fingerprint), {
      megasets: training.megasets,
      validationShare,
    });
    writer.add(part.rows, part.megaset);
  }
  const plan = await writer.finish(training.sample_weights);
  assert.ok(plan.buckets > 1, 'a megaset has several buckets');
  return train(backend, {
    network: networkOf(config),
    scaler,
    plan,
    megasetFolder: join(folder, 'megasets'),
    checkpointFolder: join(folder, 'checkpoint'),
    maskWords: 1,
    configurationHash: 'test',
    seed: training.seed,
    epochs: training.epochs,
    passes: training.passes,
    batch: training.batch_events,
    threads: config.learning.threads,
    learningRate: training.learning_rate,
    ...plainTraining,
    schedule: { type: 'constant' },
    keep: training.keep,
    checkpointMinutes: 0,
    clock: systemClock,
    earlyStopping: {
      patience: training.early_stopping.patience_epochs,
      minDelta: training.early_stopping.min_delta,
    },
    usualErrorEvents: training.usual_error_events,
    signal: quietSurroundings().signal,
    onNote: () => undefined,
    onStep: () => undefined,
    onEpoch: () => undefined,
  });
}

async function compareScores(
  blocks: readonly ScaledWire[],
  scorer: BlockScorer,
  folder: string,
  rangeEntries: number,
): Promise<void> {
  const names = ['entry', 'error', 'error_normalised', 'error_abs', 'late'] as const;
  for (const [name, found] of byRange(blocks, rangeEntries)) {
    const { rows, columns } = await readParquetColumns(join(folder, `${name}.parquet`), names);
    const scores = createScoreColumns(networkScorePlan, rows);
    let at = 0;
    for (const { scaled } of found) {
      await scorer.scoreScaled(scaled, scores, at);
      at += scaled.rows;
    }
    assert.equal(at, rows);
    const entries = found.flatMap((block) => [...block.columns.entry]);
    assert.deepEqual([...(columns.entry as { data: BigInt64Array }).data], entries);
    const written = (column: keyof typeof columns) => (columns[column] as { data: Float32Array }).data;
    assert.deepEqual(Float32Array.from(scores.error!), written('error'));
    assert.deepEqual(Float32Array.from(scores.error_normalised!), written('error_normalised'));
    assert.deepEqual(Float32Array.from(scores.error_abs!), written('error_abs'));
    assert.deepEqual(columns.late, { type: 'boolean', flags: new Uint8Array(rows) });
  }
}
