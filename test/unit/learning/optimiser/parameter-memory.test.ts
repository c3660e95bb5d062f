import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { adamBeta1, adamBeta2, adamEpsilon, adamRate } from '../../../../lib/learning/adam.js';
import { initialState, type TrainerState } from '../../../../lib/learning/backend.js';
import { buildNetwork, type NetworkDescription } from '../../../../lib/learning/network.js';
import { adamSource } from '../../../../lib/learning/optimiser/adam-wasm.js';
import { ParameterMemory } from '../../../../lib/learning/optimiser/parameter-memory.js';

const linear = { type: 'linear' } as const;
const stacked = (units: number): NetworkDescription => ({
  name: 'stacked',
  inputActivation: linear,
  layers: [
    { units, activation: linear },
    { units: 'columns', activation: linear },
  ],
});
/** Sizes that are no multiple of 4, so that the ends of arrays are looked at too. */
const network = buildNetwork(stacked(3), 5);
const zeros = () => network.parameters.map(({ size }) => new Float32Array(size));

/** The formula of adam.c value by value, rounded to float32 after every operation. */
function plainAdam(state: TrainerState, gradients: readonly Float32Array[], learningRate: number): void {
  const f = Math.fround;
  const rate = adamRate(learningRate, state.step + 1);
  const [moveFirst, moveSecond, epsilon] = [f(1 - adamBeta1), f(1 - adamBeta2), f(adamEpsilon)];
  for (const [index, p] of state.parameters.entries()) {
    const [m, v, g] = [state.first[index]!, state.second[index]!, gradients[index]!];
    for (let at = 0; at < p.length; at++) {
      m[at] = f(m[at]! + f(f(g[at]! - m[at]!) * moveFirst));
      v[at] = f(v[at]! + f(f(f(g[at]! * g[at]!) - v[at]!) * moveSecond));
      p[at] = f(p[at]! - f(f(m[at]! * rate) / f(f(Math.sqrt(v[at]!)) + epsilon)));
    }
  }
}

const tensors = fc
  .array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 38, maxLength: 38 })
  .map((values) => {
    const left = [...values];
    return network.parameters.map(({ size }) => Float32Array.from(left.splice(0, size)));
  });

test('every step has the bits of the formula, with every value rounded after every operation', () => {
  fc.assert(
    fc.property(tensors, fc.array(tensors, { minLength: 1, maxLength: 4 }), (start, steps) => {
      const memory = new ParameterMemory(network, initialState(start));
      const expected = {
        parameters: start.map((values) => values.slice()),
        first: zeros(),
        second: zeros(),
        step: 0,
      };
      for (const gradients of steps) {
        for (const [index, values] of gradients.entries()) memory.gradients[index]!.set(values);
        memory.step(0.01);
        plainAdam(expected, gradients, 0.01);
        expected.step += 1;
      }
      assert.deepEqual(memory.state(), expected);
    }),
  );
});

test('a state that was taken stays as it is, and a restored one goes on with the same bits', () => {
  const memory = new ParameterMemory(network, initialState(zeros()));
  const step = () => {
    for (const [index, values] of memory.gradients.entries()) values.fill(index + 1);
    memory.step(0.01);
  };
  step();
  const taken = memory.state();
  const copy = structuredClone(taken);
  step();
  const after = memory.state();
  assert.deepEqual(taken, copy);
  assert.notDeepEqual(after, taken);
  memory.restore(taken);
  assert.equal(memory.steps, 1);
  step();
  assert.deepEqual(memory.state(), after);
});

test('a network with more parameters than a memory takes is refused with their number', () => {
  const wide = buildNetwork(stacked(16_384), 16_384);
  const none: TrainerState = { parameters: [], first: [], second: [], step: 0 };
  assert.throws(() => new ParameterMemory(wide, none), {
    code: 'network_invalid',
    message: /has 536903680 parameters; at most 268431360 can be trained/,
  });
});

test('the WebAssembly was built from the C file beside it', () => {
  const source = readFileSync(join(packageRoot, 'lib/learning/optimiser/adam.c'));
  assert.equal(createHash('sha256').update(source).digest('hex'), adamSource);
});
