import { readFileSync } from 'node:fs';
import { fromSystemError } from '../../lib/base/error.js';
import type { SampleCutFlow } from '../pipeline/cutflow.js';
import type { FinishedRun } from './open-runs.js';

/** cutflow.json of a run, by sample. @throws io_failed */
export function cutFlowsOf({ layout }: FinishedRun): Readonly<Record<string, SampleCutFlow>> {
  try {
    const { samples } = JSON.parse(readFileSync(layout.cutflowJson, 'utf8')) as {
      readonly samples: Readonly<Record<string, SampleCutFlow>>;
    };
    return samples;
  } catch (error) {
    throw fromSystemError(error, 'reading', layout.cutflowJson);
  }
}
