import type { RegisterCommand } from '../frame.js';
import { registerConfig } from './config-show.js';
import { registerDoctor } from './doctor.js';
import { registerFeatures } from './features.js';
import { registerRun, registerTrain } from './run.js';
import { registerScore } from './score.js';

/** Every command, in the order of --help. */
export const commands: readonly RegisterCommand[] = [
  registerRun,
  registerFeatures,
  registerTrain,
  registerScore,
  registerConfig,
  registerDoctor,
];
