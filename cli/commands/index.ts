import type { RegisterCommand } from '../frame.js';
import { inspectRootFile } from '../inspect-root-file.js';
import { registerConfig } from './config-show.js';
import { registerDoctor } from './doctor.js';
import { registerInspect } from './inspect.js';
import { registerValidate } from './validate.js';

/** Every command, in the order of --help. */
export const commands: readonly RegisterCommand[] = [
  (program, cli) => registerInspect(program, cli, inspectRootFile),
  (program, cli) => registerValidate(program, cli, inspectRootFile),
  registerConfig,
  registerDoctor,
];
