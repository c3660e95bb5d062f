import type { Command } from 'commander';
import { configurationHash, describeSource, showConfig, shownConfig } from '../../lib/config/index.js';
import { type Cli, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand } from '../config-options.js';

export function registerConfig(program: Command, cli: Cli): void {
  const config = program.command('config').description('Shows what configuration is in force.');
  const show = config
    .command('show')
    .description('Prints every setting in force as YAML, with where it came from; secrets are masked.')
    .argument('[config]', 'configuration file (YAML); without one the defaults')
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream config show analysis.yaml\n  RMMSTREAM__TRAINING__EPOCHS=3 rmmstream config show analysis.yaml --json',
    );
  addConfigOptions(show).action((file: string | undefined, options: ConfigOptions) => {
    const loaded = loadForCommand(cli, file, options, 'none', { resolveFiles: false });
    const hash = configurationHash(loaded.config, loaded.profile);
    const yaml = showConfig(loaded.config, loaded.sources);
    const text = `# In force; a comment names where a value came from, what has none is a default.\n# configuration ${hash}\n${yaml}`;
    const sources = [...loaded.sources]
      .filter(([, source]) => source.kind !== 'default')
      .map(([path, source]) => [path, describeSource(source)]);
    printResult(cli, text, {
      config: shownConfig(loaded.config),
      sources: Object.fromEntries(sources),
      profile: loaded.profile.name,
      configuration_hash: hash,
      output_directory: loaded.outputDirectory,
    });
  });
}
