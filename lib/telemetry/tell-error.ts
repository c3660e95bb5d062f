import type { ErrorCode } from '../base/codes/index.js';
import { announce } from './channels.js';
import type { Stage } from './metric-list.js';
import type { StageMetrics } from './stage-metrics.js';

/** An error of a stage, one that is tried again included: into its metrics, and to whoever listens. */
export function tellError(metrics: Pick<StageMetrics, 'error'>, stage: Stage, code: ErrorCode): void {
  metrics.error(code);
  announce('rmmstream:error', () => ({ stage, code }));
}
