import assert from 'node:assert/strict';
import test from 'node:test';
import { initialParameters } from '../../../lib/learning/initialise.js';
import type { Model } from '../../../lib/learning/model.js';
import { modelFiles } from '../../../lib/learning/model.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { compareModels } from '../../../services/models/comparison.js';
import { madeModel } from '../../support/made-model.js';

const epoch = { pass: 0, megaset: 0, epoch: 0, rows: 10, steps: 1, stopped: false };
const record = {
  program: '1.0.0',
  backend: { name: 'onnxruntime-node', version: '1.30.0' },
  configuration: { training: { epochs: 2, seed: 1 }, selection: { jet_pt_min_gev: 20 } },
  profile: { name: 'open', tree: 'mini' },
  data: {
    fingerprint: 'f0',
    split_salt: 0,
    train_fraction: 0.8,
    validation_fraction: 0.1,
    files: [{ sample: 'zee', fingerprint: 'a'.repeat(64), entries: 100 }],
  },
  training: {
    rows: 70,
    validation_rows: 8,
    megasets: [70],
    epochs: [{ ...epoch, loss: 0.5, validationLoss: 0.4 }],
  },
};
const base: Model = { ...madeModel(), record };

function compare(change: Partial<Model>) {
  const other = { ...base, ...change };
  return compareModels({ id: modelFiles(base).id, model: base }, { id: modelFiles(other).id, model: other });
}

test('a model does not differ from itself', () => {
  const found = compare({});
  assert.equal(found.same, true);
  for (const part of ['configuration', 'profile', 'program', 'columns', 'network', 'scaler', 'data'] as const)
    assert.deepEqual(found[part], [], part);
  assert.equal(found.weights!.difference, 0);
});

test('configuration, profile, program and data are compared key by key', () => {
  const found = compare({
    record: {
      ...record,
      program: '1.1.0',
      configuration: { training: { epochs: 5, seed: 1 }, selection: { jet_pt_min_gev: 25 } },
      profile: { name: 'open', tree: 'other' },
      data: {
        ...record.data,
        split_salt: 3,
        files: [
          { sample: 'zee', fingerprint: 'a'.repeat(64), entries: 90 },
          { sample: 'ww', fingerprint: 'b'.repeat(64), entries: 5 },
        ],
      },
      training: {
        ...record.training,
        rows: 71,
        epochs: [record.training.epochs[0], { ...epoch, epoch: 1, loss: 0.3, validationLoss: undefined }],
      },
    },
  });
  assert.equal(found.same, false);
  assert.deepEqual(found.configuration, ['training.epochs: 2 -> 5', 'selection.jet_pt_min_gev: 20 -> 25']);
  assert.deepEqual(found.profile, ['tree: "mini" -> "other"']);
  assert.deepEqual(found.program, ['rmmstream: "1.0.0" -> "1.1.0"']);
  assert.deepEqual(found.data, [
    'split_salt: 0 -> 3',
    'files[zee aaaaaaaaaaaa].entries: 100 -> 90',
    'files[ww bbbbbbbbbbbb]: added',
    'rows: 70 -> 71',
  ]);
  assert.deepEqual(found.training, {
    rows: { first: 70, second: 71 },
    epochs: { first: 1, second: 2 },
    loss: { first: 0.5, second: 0.3 },
    validation_loss: { first: 0.4, second: undefined },
  });
});

test('the weight that differs most is found in whatever tensor it is', () => {
  const parameters = base.parameters.map((values) => values.slice());
  parameters[0]![2]! += 0.25;
  parameters[3]![1]! -= 0.75;
  const { weights } = compare({ parameters });
  assert.deepEqual([weights!.tensor, weights!.index], [base.network.parameters[3]!.name, 1]);
  assert.ok(Math.abs(weights!.difference - 0.75) < 1e-6);
  assert.equal(weights!.second, parameters[3]![1]);
});

test('networks of other shapes, columns of other names and another scaler are named', () => {
  const layers = [{ units: 3, activation: { type: 'relu' } }, base.network.description.layers[1]!] as const;
  const network = buildNetwork({ ...base.network.description, layers }, base.network.columns);
  const names = ['renamed', ...base.features.names.slice(1)];
  const center = base.scaler.center.slice();
  center[4]! += 1;
  const found = compare({
    network,
    parameters: initialParameters(network, 1),
    features: { ...base.features, names },
    scaler: { ...base.scaler, center, id: 'other' },
  });
  assert.equal(found.weights, undefined);
  assert.ok(found.network.includes('layers[layer 1].units: 7 -> 3'), found.network.join());
  assert.match(found.columns.join('\n'), /columns only of model .*\(1\): c\(0\)\n.*\(1\): renamed/);
  assert.deepEqual(found.scaler, ['1 of 20 columns have another centre or divisor']);
});

test('a model without a record is compared in what it has', () => {
  const found = compare({ record: {} });
  assert.equal(found.training.rows.second, undefined);
  assert.match(found.configuration.join('\n'), /training: removed/);
});
