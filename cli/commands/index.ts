import type { RegisterCommand } from '../frame.js';
import { registerConfig } from './config-show.js';
import { registerDoctor } from './doctor.js';
import { registerRun, registerTrain } from './run.js';

/** Every command, in the order of --help. */
export const commands: readonly RegisterCommand[] = [registerRun, registerTrain, registerConfig, registerDoctor];
