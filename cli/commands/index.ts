import type { RegisterCommand } from '../frame.js';
import { registerConfig } from './config-show.js';
import { registerDoctor } from './doctor.js';

/** Every command, in the order of --help. */
export const commands: readonly RegisterCommand[] = [registerConfig, registerDoctor];
