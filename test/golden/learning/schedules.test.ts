import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import {
  afterPlateauEpoch,
  type RateSchedule,
  rateOf,
  startPlateau,
} from '../../../lib/learning/learning-rate.js';

type Cosine = Extract<RateSchedule, { type: 'cosine' }>;
type OnPlateau = Extract<RateSchedule, { type: 'plateau' }>;

/** Made by make_schedules.py with Keras' CosineDecay and ReduceLROnPlateau. */
const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test', 'golden', 'learning', 'schedules.json'), 'utf8'),
) as {
  readonly peak: number;
  readonly losses: readonly number[];
  readonly cosine: readonly (Omit<Cosine, 'type'> & { readonly rates: readonly number[] })[];
  readonly plateau: readonly (Omit<OnPlateau, 'type'> & { readonly rates: readonly number[] })[];
};

/** Keras computes rates in float32. */
function same(found: number, expected: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= 3e-7 * golden.peak, `${what}: ${found}, expected ${expected}`);
}

for (const { rates, ...options } of golden.cosine) {
  test(`a cosine over ${options.steps} steps with ${options.warmup} to warm up is Keras'`, () => {
    const state = startPlateau(golden.peak);
    for (const [step, rate] of rates.entries())
      same(rateOf({ type: 'cosine', ...options }, golden.peak, step, state), rate, `step ${step}`);
  });
}

for (const { rates, ...options } of golden.plateau) {
  test(`the rate on plateaus, factor ${options.factor}, patience ${options.patience}, is Keras'`, () => {
    const schedule = { type: 'plateau', ...options } as const;
    assert.ok(new Set(rates).size > 1, 'the rate is reduced');
    let state = startPlateau(golden.peak);
    for (const [epoch, loss] of golden.losses.entries()) {
      // As a checkpoint keeps it.
      state = JSON.parse(JSON.stringify(afterPlateauEpoch(schedule, state, loss))) as typeof state;
      same(rateOf(schedule, golden.peak, 0, state), rates[epoch]!, `epoch ${epoch}`);
    }
  });
}

test('a constant rate stays', () => {
  const schedule = { type: 'constant' } as const;
  const state = startPlateau(0.1);
  assert.equal(rateOf(schedule, 0.1, 1e6, state), 0.1);
  assert.equal(afterPlateauEpoch(schedule, state, 7), state);
});
