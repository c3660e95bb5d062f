import type { Evaluation } from '../pipeline/evaluation.js';
import type { StudyTask } from './plan.js';

/** What is kept of a task: its figures, or why there are none. */
export type StudyRecord =
  | { readonly task: StudyTask; readonly evaluation: Evaluation }
  | { readonly task: StudyTask; readonly notDefined: string };
