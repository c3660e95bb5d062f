import { join } from 'node:path';
import { layoutOf, type RunLayout } from '../pipeline/layout.js';

/** Where a search keeps what; its inputs and the run's own work lie as those of a run. */
export interface TuneLayout {
  readonly run: RunLayout;
  readonly table: string;
  readonly page: string;
  readonly picture: string;
  readonly best: string;
  /** Says what the sample is made of; written last. */
  readonly sample: string;
  readonly scaler: string;
  /** Training and validation rows of the sample. */
  readonly rows: string;
  /** One record for each configuration, after each rung that it finished. */
  readonly trials: string;
  /** Of configurations that may go on. */
  readonly checkpoints: string;
}

export function tuneLayoutOf(root: string): TuneLayout {
  const run = layoutOf(root);
  return {
    run,
    table: join(root, 'trials.csv'),
    page: join(root, 'trials.md'),
    picture: join(root, 'trials.svg'),
    best: join(root, 'best.yaml'),
    sample: join(run.work, 'sample.json'),
    scaler: join(run.work, 'scaler.json'),
    rows: run.megasets,
    trials: join(run.work, 'trials'),
    checkpoints: join(run.work, 'trial-checkpoints'),
  };
}

/** What `--fresh` deletes beside what a run has. */
export function madeBySearch(layout: TuneLayout): string[] {
  const { table, page, picture, best, sample, scaler, trials, checkpoints } = layout;
  return [table, page, picture, best, sample, scaler, trials, checkpoints];
}
