import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Section } from '../../services/report/section.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';

interface ReportOptions extends Omit<ConfigOptions, 'output'> {
  readonly config?: string;
  readonly inputs?: string;
  readonly output?: string;
}

export function registerReport(program: Command, cli: Cli): void {
  const command = program
    .command('report')
    .description('Makes the report of finished runs: one page, its figures, tables and histograms as files.')
    .argument('<directory...>', 'output directories of finished runs; the first one decides')
    .option('--config <file>', 'configuration file whose section report holds; the defaults stand without it')
    .option('--inputs <folder>', 'folder against which names of input files are resolved, for event displays')
    .option('--output <directory>', 'where to write; DIR/report of the first run by default')
    .option('--workers <number>', 'threads (engine.workers)')
    .addHelpText(
      'after',
      '\nRuns with the model of the first one are one set of events with it; others are compared with it. A report that is\nthere is replaced as a whole. docs/report.md says what each section is and where its formulas come from.\n\nExamples:\n  rmmstream report out\n  rmmstream report out other-network --set report.score=error_normalised --output comparison',
    );
  addSetOption(command).action(async (directories: readonly string[], options: ReportOptions) => {
    const { config: file, inputs, output, ...rest } = options;
    const { config, folder } = loadForCommand(cli, file, rest, 'none', { resolveFiles: false });
    const [first] = directories as readonly [string, ...string[]];
    const { makeReport } = await import('../../services/report/report.js');
    const outcome = await makeReport({
      directories: directories.map((directory) => resolve(cli.currentDirectory, directory)),
      shown: directories,
      settings: config.report,
      inputFolder: inputFolderOf(cli, inputs, file === undefined ? undefined : folder),
      output: resolve(cli.currentDirectory, output ?? join(first, 'report')),
      threads: config.engine.workers,
      progress: commandProgress(cli),
      signal: cli.signal,
    });
    const where = relative(cli.currentDirectory, outcome.directory) || '.';
    const found = verdictsOf(outcome.sections);
    printResult(
      cli,
      [...found.map(({ level, text }) => `${level}: ${text}`), `report  ${join(where, 'report.html')}`].join(
        '\n',
      ),
      { directory: where, verdicts: found, sections: outcome.sections.map(({ id }) => id) },
    );
  });
}

/** The folder that was given, or that of the configuration file: names in it are relative to it. */
function inputFolderOf(cli: Cli, given: string | undefined, folder: string | undefined): string | undefined {
  return given === undefined ? folder : resolve(cli.currentDirectory, given);
}

/** What a person should know first; all is well where nothing is said. */
function verdictsOf(sections: readonly Section[]) {
  return sections.flatMap(({ id, blocks }) =>
    blocks.flatMap((block) =>
      block.kind === 'verdict' && block.level !== 'good'
        ? [{ section: id, level: block.level, text: block.text }]
        : [],
    ),
  );
}
