import type { Config, Profile } from '../../lib/config/index.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { BatchReport } from '../../lib/telemetry/reports.js';
import type { Alteration } from './altered-events.js';
import type { FileRange } from './file-context.js';

/** Reads a file's weights before any cut (decisions.md 17). */
export interface WeighTask {
  readonly kind: 'weigh';
  readonly file: FileRange['file'];
}

/** Entries of a file to a feature file, moments and dead letters. */
export interface FeatureTask {
  readonly kind: 'features';
  readonly range: FileRange;
  readonly basis: string;
}

/** A feature file to a score file. */
export interface ScoreTask {
  readonly kind: 'score';
  readonly range: Pick<FileRange, 'name' | 'count'> & {
    readonly sample: string;
    readonly kind: string;
    readonly file: string;
  };
  /** Id of the model in the run's model folder. */
  readonly model: string;
}

/** Entries of a file to a score file in one go, nothing kept in between. */
export interface DirectScoreTask {
  readonly kind: 'direct';
  readonly range: FileRange;
}

/** Entries of a file to the columns of a feature table. */
export interface FeatureTableTask {
  readonly kind: 'table';
  readonly range: FileRange;
}

export type RunTask = WeighTask | FeatureTask | ScoreTask | DirectScoreTask | FeatureTableTask;

/** What workers are told at their start. */
export interface WorkerSettings {
  readonly config: Config;
  readonly profile: Profile;
  /** The run's directory. */
  readonly directory: string;
  /** Folder of the model that `score` and `direct` tasks use. */
  readonly modelFolder: string;
  /** Threads of a worker's own backend. */
  readonly threads: number;
  /** What a study changes of selected events before they are scored. */
  readonly alteration?: Alteration;
}

/** What became of a range at a stage. */
export interface StageBatch {
  readonly stage: Stage;
  readonly report: BatchReport;
}

/** A step that tasks report. */
export interface ProgressStep {
  /** Entries (or rows) done since the last one. */
  readonly events: number;
  /** Of a range that has just been finished. */
  readonly batches?: readonly StageBatch[];
}
