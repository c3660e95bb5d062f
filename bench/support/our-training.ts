import type { Backend } from '../../lib/learning/backend.js';
import { initialState } from '../../lib/learning/backend.js';
import { memorySource, type TrainingRows } from '../../lib/learning/batches.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { initialParameters } from '../../lib/learning/initialise.js';
import { constantRate } from '../../lib/learning/learning-rate.js';
import { plainTraining } from '../../lib/learning/loss.js';
import { rowMoments } from '../../lib/learning/moments.js';
import { buildNetwork } from '../../lib/learning/network.js';
import { networkPresets } from '../../lib/learning/network-presets.js';
import { defaultScalerOptions, freezeScaler, type ScalerOptions } from '../../lib/learning/scaler.js';
import { trainMegaset } from '../../lib/learning/train-megaset.js';

/** A training of ours that goes on epoch by epoch. */
export interface OurTraining {
  /** Trained columns. */
  readonly width: number;
  /** One epoch from rows in block form: shuffling, expansion and weights included. */
  epoch(): Promise<void>;
  release(): Promise<void>;
}

/** Starts a training of a preset network and trains it for one epoch. */
export async function ourTraining(
  backend: Backend,
  name: string,
  data: TrainingRows,
  batch: number,
  threads: number,
  scaling: Partial<ScalerOptions>,
): Promise<OurTraining> {
  const { rows } = data;
  if ('scaler' in rows) throw new Error('rows that are not scaled are expected');
  const kinds = Array.from({ length: rows.columns }, () => 'gev');
  const scaler = freezeScaler(rowMoments(rows), kinds, { ...defaultScalerOptions, ...scaling });
  const plan = planExpansion(scaler);
  const network = buildNetwork(networkPresets[name]!, plan.width);
  const start = initialState(initialParameters(network, 1));
  const trainer = await backend.createTrainer(network, start, { batch, threads, ...plainTraining });
  const source = memorySource(plan, [data], batch, 'abs');
  let pass = 0;
  const epoch = async () => {
    const options = {
      seed: 1,
      pass: pass++,
      megaset: 0,
      epochs: 1,
      ...constantRate(1e-3),
      earlyStopping: { patience: 0, minDelta: 0 },
    };
    for await (const _ of trainMegaset(trainer, source, undefined, options));
  };
  await epoch();
  return { width: plan.width, epoch, release: () => trainer.release() };
}
