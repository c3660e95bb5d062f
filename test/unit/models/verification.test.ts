import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { exportGraph } from '../../../lib/learning/graph-export.js';
import { type Model, modelFiles } from '../../../lib/learning/model.js';
import { exportAgreement } from '../../../services/models/export-agreement.js';
import { madeFeatures } from '../../../services/models/made-features.js';
import { verifyModel } from '../../../services/models/verification.js';
import { saveModel } from '../../../services/scorer/model-folder.js';
import { inFolder } from '../../support/cli.js';
import { madeModel } from '../../support/made-model.js';
import { rawModel, scaledBlocks, takesRandomEvents } from '../../support/scaled-blocks.js';
import { kafkaConfig } from '../../support/service-context.js';

const loaded = kafkaConfig({ ...takesRandomEvents, network: { type: 'stacked', layers: [{ units: 3 }] } });
const model = rawModel(loaded, scaledBlocks(loaded, 2).scaler, 1);

function states(verification: Awaited<ReturnType<typeof verifyModel>>): Record<string, boolean | undefined> {
  return Object.fromEntries(verification.checks.map(({ name, ok }) => [name, ok]));
}

async function inSaved(of: Model, body: (folder: string, zip: string) => Promise<void>): Promise<void> {
  await inFolder(async (root) => {
    const folder = join(root, 'model');
    saveModel(folder, join(root, 'model.zip'), of);
    await body(folder, join(root, 'model.zip'));
  });
}

test('a sound model passes every check, as folder and as .zip', async () => {
  await inSaved(model, async (folder, zip) => {
    for (const path of [folder, zip]) {
      const found = await verifyModel(path);
      assert.deepEqual(states(found), { files: true, content: true, features: true, export: true });
      assert.deepEqual([found.ok, found.id], [true, modelFiles(model).id]);
    }
  });
});

test('weights are tried on whatever backend is first, and the export on the first that runs graphs', async () => {
  const known = backendCandidates(1);
  const order = (...names: string[]) => names.map((name) => known.find((one) => one.name === name)!);
  await inSaved(model, async (folder) => {
    for (const [candidates, said] of [
      [order('tfjs-wasm', 'onnxruntime-node'), /model\.onnx \(onnxruntime-node .*the weights \(tfjs-wasm /],
      [order('tfjs-wasm', 'onnxruntime-web'), /model\.onnx \(onnxruntime-web .*the weights \(tfjs-wasm /],
      [order('onnxruntime-web'), /model\.onnx \(onnxruntime-web .*the weights \(onnxruntime-web /],
    ] as const) {
      const found = await verifyModel(folder, candidates);
      assert.equal(found.ok, true, found.checks[3]!.detail);
      assert.match(found.checks[3]!.detail, said);
    }
  });
});

test('weights that are not those of the export are found out by tfjs-wasm too', async () => {
  const tfjs = (await findBackend('tfjs-wasm', backendCandidates(1))).backend;
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const made = madeModel();
  const weights = made.parameters.map((values) => values.slice());
  weights[0]![5]! += 0.01;
  const agree = async (from: Model) =>
    (await exportAgreement(made, exportGraph(from, '0').model, tfjs, backend.graphs!))
      .largestRelativeDifference;
  assert.ok((await agree(made)) < 1e-6);
  assert.ok((await agree({ ...made, parameters: weights })) > 1e-5);
});

test('a machine on which no export can be run says nothing against the model', async () => {
  await inSaved(model, async (folder) => {
    const broken = { name: 'onnxruntime-node', open: () => Promise.reject(new Error('no library')) };
    const tfjs = backendCandidates(1).filter(({ name }) => name === 'tfjs-wasm');
    for (const candidates of [[broken], [broken, ...tfjs], tfjs])
      await assert.rejects(verifyModel(folder, candidates), { code: 'backend_unavailable' });
  });
});

test('every damaged file is named, and what is missing too', async () => {
  await inSaved(model, async (folder) => {
    for (const name of ['weights.bin', 'model_card.md']) {
      const bytes = readFileSync(join(folder, name));
      bytes[3]! ^= 1;
      writeFileSync(join(folder, name), bytes);
    }
    const found = await verifyModel(folder);
    assert.deepEqual(states(found), {
      files: false,
      content: undefined,
      features: undefined,
      export: undefined,
    });
    assert.match(found.checks[0]!.detail, /weights\.bin has .*\n.*model_card\.md has/);
    assert.deepEqual([found.ok, found.id], [false, undefined]);
  });
});

test('a model.json that was changed without its files is wrong in its content', async () => {
  await inSaved(model, async (folder) => {
    const path = join(folder, 'model.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"id": "./, '"id": "g'));
    assert.deepEqual(states(await verifyModel(folder)), {
      files: true,
      content: false,
      features: undefined,
      export: undefined,
    });
  });
});

test('a model whose columns this program does not make is wrong in its features, and its export still tried', async () => {
  const names = model.features.names.map((name) => name.toUpperCase());
  await inSaved({ ...model, features: { ...model.features, names } }, async (folder) => {
    const found = await verifyModel(folder);
    assert.deepEqual(states(found), { files: true, content: true, features: false, export: true });
    assert.match(found.checks[2]!.detail, /columns only of the model/);
  });
});

test('an export of other weights disagrees, and so does one that gives no numbers', async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const made = madeModel();
  const agree = (from: Model) =>
    exportAgreement(made, exportGraph(from, '0').model, backend, backend.graphs!).then(
      ({ largestRelativeDifference: largest }) => largest,
    );
  assert.ok((await agree(made)) < 1e-6);
  const weights = made.parameters.map((values) => values.slice());
  weights[0]![5]! += 0.01;
  assert.ok((await agree({ ...made, parameters: weights })) > 1e-5);
  weights[1]![0] = Number.NaN;
  assert.equal(await agree({ ...made, parameters: weights }), Number.POSITIVE_INFINITY);
});

test('made features fill some columns of every row but the first, and are always the same', () => {
  const { scaler } = madeModel();
  const { values } = madeFeatures(scaler, 50);
  assert.deepEqual(values, madeFeatures(scaler, 50).values);
  const filled = Array.from(
    { length: 50 },
    (_, row) =>
      values.subarray(row * scaler.columns, (row + 1) * scaler.columns).filter((value) => value !== 0).length,
  );
  assert.equal(filled[0], 0);
  assert.ok(Math.min(...filled.slice(1)) < scaler.columns / 3 && Math.max(...filled) > scaler.columns / 2);
});

test('a folder without a model is refused', async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, 'empty'));
    await assert.rejects(verifyModel(join(folder, 'empty')), { code: 'model_missing' });
    writeFileSync(join(folder, 'no.zip'), 'no archive');
    await assert.rejects(verifyModel(join(folder, 'no.zip')), { code: 'model_corrupt' });
  });
});
