import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend, ScoreSums } from '../../../lib/learning/backend.js';
import {
  allCandidates,
  backendCandidates,
  backendNames,
  findBackend,
} from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { networkPresets } from '../../../lib/learning/network-presets.js';
import { gpuProviders } from '../../../lib/learning/open-onnxruntime.js';
import { Random } from '../../../lib/learning/random.js';
import type { BackendCandidate } from '../../../lib/learning/try-backend.js';
import { openTestBackend, testedBackends } from '../../support/learning-backends.js';
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

test('without a device asked for no GPU is taken', async () => {
  const never = () => Promise.reject(new Error('opened'));
  const candidates = backendCandidates(1).map((candidate) => ({ ...candidate, open: never }));
  await assert.rejects(findBackend('auto', candidates), ({ message }: Error) => {
    assert.match(
      message,
      /onnxruntime-node: opened; tfjs-node: opened; onnxruntime-web: opened; tfjs-wasm: opened$/,
    );
    return true;
  });
  await expectRejection(
    findBackend('tfjs-node-gpu', candidates),
    'backend_unavailable',
    /tfjs-node-gpu: opened/,
  );
});

test('a device asked for by name is used or refused, never replaced by the CPU', async () => {
  for (const device of gpuProviders) {
    const names = backendCandidates(1, device)
      .filter(({ onlyByName }) => onlyByName !== true)
      .map(({ name }) => name);
    const here = allCandidates(1).map(({ name }) => name);
    const own = `onnxruntime-node+${device}`;
    const fitting = [...(here.includes(own) ? [own] : []), ...(device === 'cuda' ? ['tfjs-node-gpu'] : [])];
    assert.deepEqual(names, fitting.length > 0 ? fitting : backendNames, 'each says why it does not fit');
    await expectRejection(
      findBackend('tfjs-wasm', backendCandidates(1, device)),
      'backend_unavailable',
      new RegExp(`tfjs-wasm: it computes on the CPU only, and learning.device is ${device}`),
    );
  }
  const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
  await expectRejection(
    findBackend('onnxruntime-node', backendCandidates(1, foreign)),
    'backend_unavailable',
    new RegExp(`onnxruntime-node: it cannot compute on ${foreign} on ${process.platform}`),
  );
  await expectRejection(
    findBackend('auto', backendCandidates(1, foreign)),
    'backend_unavailable',
    new RegExp(`onnxruntime-node: it cannot compute on ${foreign} .*tfjs-node-gpu: it computes on cuda only`),
  );
});

test('device auto tries GPUs first and ends on the CPU', async () => {
  const names = backendCandidates(1, 'auto').map(({ name }) => name);
  assert.deepEqual(new Set(names), new Set(allCandidates(1).map(({ name }) => name)));
  assert.deepEqual(names.slice(-4), backendNames.slice(0, 4));
});

test('a folder without the binding is named, and the command that makes one', async (context) => {
  const before = process.env.RMMSTREAM_TFJS_NODE;
  context.after(() => {
    if (before === undefined) delete process.env.RMMSTREAM_TFJS_NODE;
    else process.env.RMMSTREAM_TFJS_NODE = before;
  });
  for (const folder of ['/nowhere', './nowhere']) {
    process.env.RMMSTREAM_TFJS_NODE = folder;
    await expectRejection(
      findBackend('tfjs-node', backendCandidates(1)),
      'backend_unavailable',
      new RegExp(
        `not installed in ${folder}; run deploy/gpu/build-tfjs-binding.sh DIR, then export RMMSTREAM_TFJS_NODE=DIR`,
      ),
    );
  }
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

test('a backend that trains wrongly is not taken', async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const wrong: Backend = {
    ...backend,
    createTrainer: (network, state, options) =>
      backend.createTrainer(network, { ...state, step: state.step + 1 }, options),
  };
  await expectRejection(
    findBackend('auto', [{ name: 'wrong', open: () => Promise.resolve(wrong) }]),
    'backend_unavailable',
    /wrong: it trains wrongly: a loss of 16 for 16, a step to 1\.\d+ for 1\.875/,
  );
});

for (const name of testedBackends()) {
  test(`on ${name} a row's bits do not depend on its place in a full batch, nor on its neighbours`, async () => {
    const backend = await openTestBackend(name);
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
}
