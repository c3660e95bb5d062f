import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend, ScoreSums } from '../../../lib/learning/backend.js';
import { type BackendCandidate, backendCandidates } from '../../../lib/learning/backend-candidates.js';
import { findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { networkPresets } from '../../../lib/learning/network-presets.js';
import { Random } from '../../../lib/learning/random.js';
import { expectRejection } from './expect-error.js';

const broken: BackendCandidate = {
  name: 'broken',
  open: () => Promise.reject(new Error("Cannot find package 'x'\nand a long story")),
};

test('auto takes the first backend that works and says why the others were not taken', async () => {
  const candidates = [broken, ...backendCandidates(1)];
  const { backend, trials } = await findBackend('auto', candidates);
  assert.equal(backend.name, 'onnxruntime-node');
  assert.match(backend.version, /^\d+\.\d+\.\d+/);
  assert.deepEqual(trials, [
    { name: 'broken', version: undefined, reason: "Cannot find package 'x'" },
    { name: 'onnxruntime-node', version: backend.version, reason: undefined },
  ]);
});

test('without the native one the wasm build is taken', async () => {
  const web = backendCandidates(1).find(({ name }) => name === 'onnxruntime-web')!;
  const { backend } = await findBackend('auto', [broken, web]);
  assert.equal(backend.name, 'onnxruntime-web');
});

test('no backend is an error that names every reason', async () => {
  await expectRejection(
    findBackend('auto', [broken]),
    'backend_unavailable',
    /broken: Cannot find package 'x'/,
  );
  await expectRejection(findBackend('onnxruntime-web', [broken]), 'backend_unavailable', /known are broken/);
});

test('a backend that computes wrongly is not taken', async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const wrong: Backend = {
    ...backend,
    name: 'wrong',
    async createScorer(...args) {
      const scorer = await backend.createScorer(...args);
      return {
        ...scorer,
        async score(x) {
          const sums = await scorer.score(x);
          return { ...sums, squares: sums.squares.map((value) => value + 1) };
        },
      };
    },
  };
  await expectRejection(
    findBackend('auto', [{ name: 'wrong', open: () => Promise.resolve(wrong) }]),
    'backend_unavailable',
    /computes wrongly.*= 17/,
  );
});

test("a row's bits do not depend on its place in a full batch of one shape, nor on its neighbours", async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const random = new Random('test', [3]);
  for (const [columns, batch] of [
    [61, 64],
    [250, 512],
    [17, 100],
  ] as const) {
    const network = buildNetwork(networkPresets.ae_small!, columns);
    const parameters = initialParameters(network, 1);
    const usual = Float32Array.from({ length: columns }, () => random.unit());
    const scorer = await backend.createScorer(network, parameters, usual, { batch, threads: 1 });
    const x = Float32Array.from({ length: batch * columns }, () => 4 * random.unit() - 2);
    const copy = (sums: ScoreSums) =>
      [sums.squares, sums.normalised, sums.absolutes].map((list) => [...list]);
    const straight = copy(await scorer.score(x));
    const turned = new Float32Array(x.length);
    for (let row = 0; row < batch; row++) {
      const place = (batch - 1 - row) * columns;
      turned.set(x.subarray(row * columns, (row + 1) * columns), place);
    }
    const backwards = copy(await scorer.score(turned)).map((list) => list.reverse());
    assert.deepEqual(backwards, straight, `${columns} columns`);
    await scorer.release();
  }
});
