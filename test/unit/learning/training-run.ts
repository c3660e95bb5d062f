import type { TrainerState } from '../../../lib/learning/backend.js';
import { memorySource } from '../../../lib/learning/batches.js';
import { type BackendName, backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { constantRate } from '../../../lib/learning/learning-rate.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { createScoreColumns, RowScorer, type ScoreColumns } from '../../../lib/learning/score-rows.js';
import { type EpochResult, trainMegaset } from '../../../lib/learning/train-megaset.js';
import {
  addColumnErrors,
  createColumnErrors,
  inverseUsualErrors,
  usualErrors,
} from '../../../lib/learning/usual-errors.js';
import { makeRows, sliceRows, smallSetup } from './fixtures.js';

export interface TrainingRun {
  readonly epochs: EpochResult[];
  readonly state: TrainerState;
  readonly usual: Float64Array;
  readonly scores: ScoreColumns;
}

export const data = makeRows(11, 2000, 40);

/** Trains two megasets for three epochs and scores all rows: everything that must be reproducible. */
export async function scoreAndTrain(name: BackendName, threads: number): Promise<TrainingRun> {
  const { backend } = await findBackend(name, backendCandidates(threads));
  const { plan, network, start } = smallSetup(data);
  const options = { batch: 256, threads, ...plainTraining };
  const trainer = await backend.createTrainer(network, start, options);
  const epochs: EpochResult[] = [];
  const halves = [sliceRows(data, 0, 900), sliceRows(data, 900, 1800)];
  for (const [megaset, half] of halves.entries()) {
    const source = memorySource(plan, [sliceRows(half, 0, 500), sliceRows(half, 500, 900)], 256, 'abs');
    const validation = memorySource(plan, [sliceRows(data, 1800, 2000)], 256, 'abs');
    const results = trainMegaset(trainer, source, validation, {
      seed: 5,
      pass: 0,
      megaset,
      epochs: 3,
      ...constantRate(0.01),
      earlyStopping: { patience: 0, minDelta: 0 },
    });
    for await (const { result } of results) epochs.push(result);
  }
  const errors = createColumnErrors(plan.width);
  for (const half of halves)
    await addColumnErrors(trainer, memorySource(plan, [half], 256, 'abs'), half.rows.rows, errors);
  const usual = usualErrors(errors);
  const state = trainer.state();
  const scorer = await backend.createScorer(network, state.parameters, inverseUsualErrors(usual), options);
  const scores = createScoreColumns(data.rows.rows);
  await new RowScorer(scorer, plan).score(data.rows, scores);
  await scorer.release();
  await trainer.release();
  return { epochs, state, usual, scores };
}
