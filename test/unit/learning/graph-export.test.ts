import assert from 'node:assert/strict';
import test from 'node:test';
import * as ort from 'onnxruntime-node';
import { exportGraph } from '../../../lib/learning/graph-export.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import type { Model } from '../../../lib/learning/model.js';
import { rowMoments } from '../../../lib/learning/moments.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { defaultScalerOptions, freezeScaler } from '../../../lib/learning/scaler.js';
import { madeModel } from '../../support/made-model.js';
import { networkScores } from '../../support/network-scores.js';
import { fromDense, makeRows, toDense } from './fixtures.js';

const close = (found: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= 1e-5 * Math.abs(expected) + 1e-12,
    `${what}: ${found}, not ${expected}`,
  );

/** What model.onnx gives for dense features. */
async function exported(model: Model, dense: readonly ArrayLike<number>[]) {
  const columns = model.scaler.columns;
  const session = await ort.InferenceSession.create(exportGraph(model, '9.8.7').model);
  const values = Float32Array.from(dense.flatMap((row) => [...Array.from(row)]));
  const results = await session.run({ features: new ort.Tensor('float32', values, [dense.length, columns]) });
  await session.release();
  return (name: string) => {
    const { data, dims } = results[name]!;
    return { data: data as Float32Array, dims };
  };
}

async function holds(model: Model, dense: readonly ArrayLike<number>[], tolerance = 1e-3) {
  const found = await exported(model, dense);
  const rows = fromDense(
    dense.map((row) => Array.from(row)),
    model.scaler.columns,
  );
  const expected = await networkScores(model, rows);
  for (const name of ['error', 'error_normalised', 'error_abs'] as const) {
    assert.deepEqual(found(name).dims, [dense.length]);
    found(name).data.forEach((value, row) => {
      close(value, expected[name]![row]!, `${name} of row ${row}`);
    });
  }
  // The error is that of the reconstruction, column by column.
  const { data, dims } = found('reconstruction');
  const { columns, divisor } = model.scaler;
  assert.deepEqual(dims, [dense.length, columns]);
  dense.forEach((row, index) => {
    let sum = 0;
    for (let column = 0; column < columns; column++)
      sum += ((row[column]! - data[index * columns + column]!) / divisor[column]!) ** 2;
    assert.ok(
      Math.abs(sum / columns / expected.error![index]! - 1) < tolerance,
      `reconstruction of row ${index}`,
    );
  });
}

test('the export gives our scores on unscaled features, for any number of rows', async () => {
  const model = madeModel();
  const around = model.scaler.columns - model.scaler.trained.length;
  assert.ok(around > 0, 'columns go around');
  const dense = toDense(makeRows(9, 40, model.scaler.columns).rows);
  await holds(model, dense);
  await holds(model, dense.slice(0, 1));
});

test('the export subtracts large centres in float64', async () => {
  // Values of 1e6 with a spread of 1: float32 has steps of 0.06 there, and scaled in float32 they would be lost.
  const rows = fromDense(
    Array.from({ length: 200 }, (_, row) => [1e6 + (row % 7) / 2, -3e5 + (row % 5) / 4, row % 3]),
    3,
  );
  const scaler = freezeScaler(rowMoments(rows), ['gev', 'gev', 'gev'], {
    ...defaultScalerOptions,
    minFilled: 10,
    minRelativeStd: 0,
  });
  const network = buildNetwork({ ...madeModel().network.description }, 3);
  const model: Model = {
    ...madeModel(),
    scaler,
    network,
    parameters: initialParameters(network, 3),
    usual: new Float64Array(3).fill(1),
    features: { layout: 'made/3', names: ['a', 'b', 'c'], settings: {} },
  };
  // As features, and so in float32, the reconstruction has the steps that they have.
  await holds(model, toDense(rows).slice(0, 35), 1);
});

test('with every column through the network, and with min-max scaling, the export still holds', async () => {
  const data = makeRows(4, 300, 20);
  const kinds = Array.from({ length: 20 }, () => 'gev');
  for (const options of [{ constantColumns: 'through' }, { type: 'minmax' }] as const) {
    const scaler = freezeScaler(rowMoments(data.rows), kinds, {
      ...defaultScalerOptions,
      minFilled: 10,
      ...options,
    });
    const network = buildNetwork(madeModel().network.description, scaler.trained.length);
    const usual = new Float64Array(network.columns).fill(0.5);
    const model = { ...madeModel(), scaler, network, parameters: initialParameters(network, 3), usual };
    await holds(model, toDense(makeRows(9, 20, 20).rows));
  }
});

test('the export of a variational network scores with the mean', async () => {
  const base = madeModel();
  const network = buildNetwork(
    {
      name: 'variational',
      inputActivation: { type: 'tanh' },
      layers: [
        { units: 6, activation: { type: 'relu' }, dropout: 0.2 },
        { units: 4, activation: { type: 'linear' }, kind: 'gaussian' },
        { units: 'columns', activation: { type: 'sigmoid' } },
      ],
    },
    base.network.columns,
  );
  await holds(
    { ...base, network, parameters: initialParameters(network, 5) },
    toDense(makeRows(9, 20, 20).rows),
  );
});

test('the export says what it is and which columns it takes', async () => {
  const model = madeModel();
  const bytes = Buffer.from(exportGraph(model, '9.8.7').model);
  for (const text of ['rmmstream', '9.8.7', 'made/20', JSON.stringify(model.features.names), model.scaler.id])
    assert.ok(bytes.includes(text), text);
});
