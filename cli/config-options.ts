import type { Command } from 'commander';
import { RmmError } from '../lib/base/error.js';
import {
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
  type NeedsSamples,
  type Override,
} from '../lib/config/index.js';
import type { Cli } from './cli.js';

/** The options that stand for keys of the configuration. */
export interface ConfigOptions {
  readonly output?: string;
  readonly workers?: string;
  readonly maxEvents?: string;
  readonly verifyInputs?: boolean;
  readonly set?: readonly string[];
}

/** Adds `--set KEY=VALUE`, which every command with a configuration takes. */
export function addSetOption(command: Command): Command {
  return command.option(
    '--set <key=value>',
    'sets any key of the configuration, for example --set training.epochs=3 (repeatable)',
    (value: string, before: readonly string[]) => [...before, value],
    [] as readonly string[],
  );
}

/** Adds the options for keys that a person changes most. */
export function addConfigOptions(command: Command): Command {
  return addSetOption(command)
    .option('--output <directory>', 'where to write (output.directory)')
    .option('--workers <number>', 'worker threads (engine.workers)')
    .option('--max-events <number>', 'read at most this many entries of each sample (input.max_events)')
    .option('--verify-inputs', 'take the full sha256 of every input file (input.verify_inputs)');
}

/** The options as a layer over file and environment. */
export function overridesOf(options: ConfigOptions): Override[] {
  const overrides: Override[] = [];
  for (const text of options.set ?? []) {
    const cut = text.indexOf('=');
    if (cut <= 0) {
      throw new RmmError(
        'cli_usage',
        `--set ${text}: expected KEY=VALUE, for example --set training.epochs=3`,
      );
    }
    overrides.push({
      path: text.slice(0, cut),
      value: text.slice(cut + 1),
      flag: `--set ${text.slice(0, cut)}`,
    });
  }
  if (options.output !== undefined) {
    overrides.push({ path: 'output.directory', value: options.output, flag: '--output', literal: true });
  }
  if (options.workers !== undefined) {
    overrides.push({ path: 'engine.workers', value: options.workers, flag: '--workers' });
  }
  if (options.maxEvents !== undefined) {
    overrides.push({ path: 'input.max_events', value: options.maxEvents, flag: '--max-events' });
  }
  if (options.verifyInputs === true) {
    overrides.push({ path: 'input.verify_inputs', value: true, flag: '--verify-inputs' });
  }
  return overrides;
}

/** What `loadConfig` and `checkConfig` need, from a command's file and options. */
export function loadOptions(
  cli: Cli,
  file: string | undefined,
  options: ConfigOptions,
  needs: NeedsSamples,
): LoadOptions {
  return {
    ...(file === undefined ? {} : { file }),
    environment: cli.environment,
    overrides: overridesOf(options),
    currentDirectory: cli.currentDirectory,
    needs,
  };
}

/** The configuration in force for a command. Throws with every problem in it. */
export function loadForCommand(
  cli: Cli,
  file: string | undefined,
  options: ConfigOptions,
  needs: NeedsSamples,
  more: Pick<LoadOptions, 'resolveFiles'> = {},
): LoadedConfig {
  return loadConfig({ ...loadOptions(cli, file, options, needs), ...more });
}
