import { layoutOf } from '../pipeline/layout.js';
import { driftReportOf } from '../scaler/drift-report.js';

const here = layoutOf('');

/** Paths below the output directory, as a run lays them out. */
export const outputNames = {
  scores: here.scores,
  features: here.features,
  model: here.model,
  modelZip: here.modelZip,
  deadLetters: here.deadLetters,
  cutflow: here.cutflowJson,
  run: here.runJson,
  drift: driftReportOf(''),
  weighed: here.weighed,
  moments: here.moments,
  megasets: here.megasets,
  checkpoint: here.checkpoint,
} as const;
