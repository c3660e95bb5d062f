import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';
import { reportObject, reportText } from '../report-page.js';

interface ReportOptions extends Pick<ConfigOptions, 'set'> {
  readonly config?: string;
  readonly inputs?: string;
  readonly output?: string;
}

export function registerReport(program: Command, cli: Cli): void {
  const command = program
    .command('report')
    .description('Makes the report of finished runs: regions, yields, significance, data against simulation.')
    .argument('<directories...>', 'output directories of rmmstream run; the first one decides')
    .option('--config <file>', 'configuration file (YAML), of which the section report counts')
    .option(
      '--inputs <folder>',
      'folder to which names of input files are relative; that of --config by default',
    )
    .option('--output <folder>', 'where to write; DIR/report of the first directory by default')
    .addHelpText(
      'after',
      '\nRuns with the same model are taken together; one with another model is compared with them. Writes report.html, one\npage that needs no network, report.md, report.json, figures/ (SVG, PNG), tables/ (CSV) and histograms/ (UHI), in the\nplace of an earlier report. docs/report.md says what they hold.\n\nExamples:\n  rmmstream report out\n  rmmstream report out --set report.score=error_normalised --output other',
    );
  addSetOption(command).action(async (directories: string[], options: ReportOptions) => {
    refuseOtherKeys(options.set ?? []);
    const { config, folder } = loadForCommand(cli, options.config, { set: options.set ?? [] }, 'none', {
      resolveFiles: false,
    });
    const absolute = directories.map((directory) => resolve(cli.currentDirectory, directory));
    const inputs = options.inputs ?? (options.config === undefined ? undefined : folder);
    const output = resolve(cli.currentDirectory, options.output ?? resolve(absolute[0]!, 'report'));
    const { makeReport } = await import('../../services/report/report.js');
    const report = await makeReport({
      directories: absolute,
      shown: directories,
      settings: config.report,
      inputFolder: inputs === undefined ? undefined : resolve(cli.currentDirectory, inputs),
      output,
      progress: commandProgress(cli),
      signal: cli.signal,
    });
    const page = resolve(output, 'report.html');
    const shown = relative(cli.currentDirectory, page);
    printResult(cli, reportText(report, shown), reportObject(report, output));
  });
}

/** Whatever else is set has no meaning for a run that is over. */
function refuseOtherKeys(set: readonly string[]): void {
  for (const text of set) {
    if (!text.startsWith('report.')) {
      throw new RmmError(
        'cli_usage',
        `--set ${text}: a report is made of what a run has written, so that only keys of the section report count; expected report.KEY=VALUE`,
      );
    }
  }
}
