import type { Evaluation } from '../pipeline/evaluation.js';
import type { StudyTask } from './plan.js';
import type { ScoreHistograms } from './score-histograms.js';

/** What is kept of a task: its figures, or why there are none. */
export type StudyRecord =
  | {
      readonly task: StudyTask;
      readonly evaluation: Evaluation;
      /** Distributions by score. */
      readonly histograms: Readonly<Record<string, ScoreHistograms>>;
    }
  | { readonly task: StudyTask; readonly notDefined: string };
