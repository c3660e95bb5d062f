import assert from 'node:assert/strict';
import test from 'node:test';
import * as ort from 'onnxruntime-node';
import { checkCheckpoint, checkpointFiles, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { bindRows, expandScaled } from '../../../lib/learning/expand.js';
import { checkOf, type NamedFile } from '../../../lib/learning/files.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { modelFileNames, modelFiles, modelFromFiles } from '../../../lib/learning/model.js';
import { inverseUsualErrors, usualErrors } from '../../../lib/learning/usual-errors.js';
import { expectError } from './expect-error.js';
import { makeRows, smallSetup } from './fixtures.js';

const data = makeRows(4, 300, 20);
const { scaler, plan, network, start } = smallSetup(data);
const usual = Float64Array.from({ length: plan.width }, (_, column) => 1 / (3 + column));
const model = {
  network,
  scaler,
  parameters: start.parameters,
  usual,
  usualFloor: 0.01,
  record: { features: 'rmm/thesis/T4N5', losses: [0.5, 0.25] },
};
const checkpoint = {
  configurationHash: 'aaaa',
  scalerId: scaler.id,
  backend: { name: 'onnxruntime-node', version: '1.30.0' },
  network,
  state: { ...start, step: 17 },
  position: { seed: 1, pass: 0, megaset: 4 },
  loop: {
    epoch: 2,
    batch: 3,
    lossSum: 0.1 + 0.2,
    stopping: { best: null, bestEpoch: -1, stop: false },
    plateau: { rate: 1e-3, best: 1 / 3, waited: 2, cooling: 1 },
  },
  best: {
    pass: 0,
    megaset: 3,
    epoch: 1,
    loss: 0.7,
    parameters: start.parameters.map((values) => values.map((value) => value / 3)),
  },
  record: { losses: [1] },
};

function folder(files: readonly NamedFile[]): Map<string, Uint8Array> {
  // As a Buffer out of Node's pool, as reading a file gives it: misaligned and sharing its memory.
  return new Map(files.map(({ name, bytes }) => [name, Buffer.from(bytes)]));
}

function withJson(files: Map<string, Uint8Array>, name: string, change: (value: never) => void) {
  const copy = new Map(files);
  const value = JSON.parse(Buffer.from(files.get(name)!).toString()) as never;
  change(value);
  return copy.set(name, Buffer.from(JSON.stringify(value)));
}

test('a model survives its files, and the same model gives the same bytes and id', () => {
  const { id, files } = modelFiles(model);
  const back = modelFromFiles(folder(files), 'out/model');
  assert.equal(back.id, id);
  assert.deepEqual(back.model, model);
  assert.deepEqual(modelFiles(back.model), { id, files });
  assert.deepEqual(new Set(files.map(({ name }) => name)), new Set(modelFileNames));
  const other = modelFiles({ ...model, usual: usual.map((value) => value * 2) });
  assert.notEqual(other.id, id);
});

test('every file of a model that is missing or differs in one bit is named', () => {
  const files = folder(modelFiles(model).files);
  for (const name of modelFileNames) {
    const missing = new Map(files);
    missing.delete(name);
    expectError(
      () => modelFromFiles(missing, 'out/model'),
      'model_corrupt',
      new RegExp(`lacks the file ${name}`),
    );
    if (name === 'model.json') continue;
    const changed = new Uint8Array(files.get(name)!);
    changed[changed.length >> 1]! ^= 4;
    expectError(
      () => modelFromFiles(new Map(files).set(name, changed), 'out/model'),
      'model_corrupt',
      new RegExp(`out/model/${name} has .* expects`),
    );
  }
});

test('an index that was changed is refused with what is wrong', () => {
  const files = folder(modelFiles(model).files);
  const refuse = (change: (value: never) => void, message: RegExp) =>
    expectError(() => modelFromFiles(withJson(files, 'model.json', change), 'm'), 'model_corrupt', message);
  refuse((index: { format: string }) => {
    index.format = 'zip';
  }, /format "zip"/);
  refuse((index: { id: string }) => {
    index.id = 'ffff';
  }, /id does not fit/);
  refuse((index: { files: unknown }) => {
    index.files = null;
  }, /does not list its files/);
  refuse((index: { scaler_id: string }) => {
    index.scaler_id = 'ffff';
  }, /the model was made with ffff/);
  expectError(
    () =>
      modelFromFiles(
        withJson(files, 'model.json', (index: { version: number }) => {
          index.version = 9;
        }),
        'm',
      ),
    'model_version_unsupported',
    /version 9; this rmmstream reads version 1/,
  );
  expectError(
    () => modelFromFiles(new Map(files).set('model.json', Buffer.from('{')), 'm'),
    'model_corrupt',
    /m\/model.json is not JSON/,
  );
});

test('the exported score.onnx gives our scores, for any number of rows', async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const scorer = await backend.createScorer(network, start.parameters, inverseUsualErrors(usual), {
    batch: 32,
    threads: 1,
  });
  const x = new Float32Array(32 * plan.width);
  expandScaled(bindRows(plan, data.rows), 0, 32, x);
  const expected = await scorer.score(x);
  const exported = folder(modelFiles(model).files).get('score.onnx')!;
  const session = await ort.InferenceSession.create(exported);
  const rows = 5;
  const feeds = { x: new ort.Tensor('float32', x.slice(0, rows * plan.width), [rows, plan.width]) };
  const results = await session.run(feeds);
  for (const name of ['squares', 'normalised', 'absolutes'] as const) {
    const values = results[name]!.data as Float32Array;
    assert.deepEqual(results[name]!.dims, [rows]);
    values.forEach((value, row) => {
      assert.ok(Math.abs(value / expected[name][row]! - 1) < 1e-5, `${name} ${row}`);
    });
  }
  await session.release();
  await scorer.release();
});

test('a checkpoint survives its files, also before there is a best epoch', () => {
  const files = checkpointFiles(checkpoint);
  assert.deepEqual(checkpointFromFiles(folder(files), 'c'), checkpoint);
  const { best: _, ...young } = checkpoint;
  assert.deepEqual(checkpointFromFiles(folder(checkpointFiles(young)), 'c'), young);
});

test('a checkpoint of an older version is refused with both versions', () => {
  const files = folder(checkpointFiles(checkpoint));
  const older = withJson(files, 'checkpoint.json', (index: { version: number }) => {
    index.version = 1;
  });
  expectError(
    () => checkpointFromFiles(older, 'c'),
    'model_version_unsupported',
    /version 1; this rmmstream reads version 2/,
  );
});

test('a damaged checkpoint is refused', () => {
  const files = folder(checkpointFiles(checkpoint));
  for (const [name, bytes] of files) {
    if (name !== 'checkpoint.json') {
      const cut = new Map(files).set(name, bytes.subarray(4));
      expectError(() => checkpointFromFiles(cut, 'c'), 'model_corrupt', new RegExp(`c/${name} has`));
    }
    const missing = new Map(files);
    missing.delete(name);
    expectError(() => checkpointFromFiles(missing, 'c'), 'model_corrupt', new RegExp(name));
  }
  const refuse = (change: (value: never) => void, message: RegExp) =>
    expectError(
      () => checkpointFromFiles(withJson(files, 'checkpoint.json', change), 'c'),
      'model_corrupt',
      message,
    );
  refuse((index: { step: number }) => {
    index.step = -1;
  }, /"step"/);
  refuse((index: { position: unknown }) => {
    index.position = { seed: 1 };
  }, /"position"/);
  refuse((index: { loop: { plateau: unknown } }) => {
    index.loop.plateau = {};
  }, /"loop"/);
  refuse((index: { best: { loss: unknown } }) => {
    index.best.loss = null;
  }, /"best"/);
  refuse((index: { columns: number }) => {
    index.columns += 1;
  }, /bytes of weights/);
  // A file with a right checksum but of the wrong length for the network.
  const short = Buffer.alloc(8);
  const forged = withJson(files, 'checkpoint.json', (index: { files: Record<string, unknown> }) => {
    index.files['weights.bin'] = checkOf(short);
  }).set('weights.bin', short);
  expectError(() => checkpointFromFiles(forged, 'c'), 'model_corrupt', /holds 8 bytes of weights/);
});

test('a checkpoint of another configuration, scaler or backend is refused with both named', () => {
  checkCheckpoint(checkpoint, checkpoint);
  const refuse = (change: Partial<typeof checkpoint>, message: RegExp) =>
    expectError(
      () => checkCheckpoint(checkpoint, { ...checkpoint, ...change }),
      'checkpoint_mismatch',
      message,
    );
  refuse({ configurationHash: 'bbbb' }, /configuration aaaa, but this run has bbbb/);
  refuse({ scalerId: 'x' }, /scaler .* has x/);
  refuse(
    { backend: { name: 'onnxruntime-node', version: '1.31.0' } },
    /1\.30\.0, but this run has .*1\.31\.0/,
  );
});

test('usual errors are weighted means, floored at a thousandth of their median', () => {
  const errors = { sums: Float64Array.of(2, 4, 0, 8), weight: 2 };
  assert.deepEqual([...usualErrors(errors)], [1, 2, 0, 4]);
  const inverse = inverseUsualErrors(usualErrors(errors));
  assert.deepEqual([...inverse], [1, 0.5, Math.fround(1 / 0.0015), 0.25]);
  assert.ok(inverseUsualErrors(new Float64Array(3)).every(Number.isFinite));
});
