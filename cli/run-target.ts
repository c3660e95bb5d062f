import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedConfig } from '../lib/config/index.js';
import type { Cli } from './cli.js';
import { type ConfigOptions, loadForCommand } from './config-options.js';

/** A run as a person names it: its configuration file, or the output directory of one in one process. */
export type RunTarget =
  | { readonly kind: 'kafka'; readonly loaded: LoadedConfig }
  | { readonly kind: 'directory'; readonly directory: string };

/** Input files need not be there. @throws what is wrong with the configuration */
export function runTarget(cli: Cli, given: string, options: ConfigOptions): RunTarget {
  const path = resolve(cli.currentDirectory, given);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return { kind: 'directory', directory: path };
  const loaded = loadForCommand(cli, given, options, 'none', { resolveFiles: false });
  return loaded.config.engine.type === 'kafka'
    ? { kind: 'kafka', loaded }
    : { kind: 'directory', directory: loaded.outputDirectory };
}
