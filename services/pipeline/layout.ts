import { join } from 'node:path';
import { checkpointPaths } from '../trainer/checkpoint-keeper.js';

/** Where a run keeps what. Everything outside `work` is output; `work` is what a restart needs. */
export interface RunLayout {
  readonly root: string;
  readonly scores: string;
  readonly features: string;
  readonly model: string;
  /** The same model as one file. */
  readonly modelZip: string;
  readonly deadLetters: string;
  readonly runJson: string;
  readonly cutflowJson: string;
  readonly work: string;
  readonly manifest: string;
  readonly finished: string;
  readonly lock: string;
  /** One record for each weighed input file. */
  readonly weighed: string;
  /** One record for each range whose features are written. */
  readonly ranges: string;
  /** Moments of each range, block by block. */
  readonly moments: string;
  readonly megasets: string;
  readonly checkpoint: string;
  /** Checkpoints of an ensemble's further networks. */
  readonly members: string;
  /** One record for each range whose scores are written. */
  readonly scored: string;
  /** Loss per epoch, kept beside the checkpoint. */
  readonly trained: string;
}

export function layoutOf(root: string): RunLayout {
  const work = join(root, '.work');
  return {
    root,
    scores: join(root, 'scores'),
    features: join(root, 'features'),
    model: join(root, 'model'),
    modelZip: join(root, 'model.zip'),
    deadLetters: join(root, 'dead-letters'),
    runJson: join(root, 'run.json'),
    cutflowJson: join(root, 'cutflow.json'),
    work,
    manifest: join(work, 'manifest.json'),
    finished: join(work, 'finished.json'),
    lock: join(work, 'lock'),
    weighed: join(work, 'weighed'),
    ranges: join(work, 'ranges'),
    moments: join(work, 'moments'),
    megasets: join(work, 'megasets'),
    checkpoint: join(work, 'checkpoint'),
    members: join(work, 'members'),
    scored: join(work, 'scored'),
    trained: join(work, 'trained.json'),
  };
}

/** Outputs that are made from all inputs together: an added sample makes them stale. */
export function madeFromAllInputs(layout: RunLayout): string[] {
  return [
    layout.finished,
    layout.runJson,
    layout.cutflowJson,
    layout.scores,
    layout.model,
    layout.modelZip,
    layout.megasets,
    ...checkpointPaths(layout.checkpoint),
    layout.members,
    layout.trained,
    layout.scored,
  ];
}

/** Everything a run ever writes: what `--fresh` deletes, and what a directory of somebody else must not hold. */
export function everythingOf(layout: RunLayout): string[] {
  return [...madeFromAllInputs(layout), layout.features, layout.deadLetters, layout.work];
}

/** Name of a range in every folder: sample, file by the beginning of its fingerprint, first entry. */
export function rangeName(sample: string, fingerprint: string, first: number): string {
  return `${sample}.${fingerprint.slice(0, 12)}.${String(first).padStart(12, '0')}`;
}
