import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import {
  checkConfig,
  configurationHash,
  describeProblem,
  type LoadedConfig,
  type Problem,
  problemsError,
  type ResolvedSample,
} from '../../lib/config/index.js';
import { formatBytes, formatCount } from '../../lib/telemetry/format.js';
import { renderTable } from '../../lib/telemetry/table.js';
import { type Cli, printResult } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadOptions } from '../config-options.js';
import type { InspectFile } from '../inspected-file.js';
import { profileFit } from '../profile-fit.js';

/** What is known of one input file after opening it. */
interface CheckedFile {
  readonly sample: ResolvedSample;
  readonly name: string;
  readonly size: number;
  readonly entries: number;
  readonly error: RmmError | undefined;
}

export function registerValidate(program: Command, cli: Cli, inspect: InspectFile): void {
  const command = program
    .command('validate')
    .description(
      'Checks a configuration as a whole, opens every input file and compares it with the profile.',
    )
    .argument('<config>', 'configuration file (YAML)')
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream validate analysis.yaml\n  rmmstream validate analysis.yaml --json',
    );
  addConfigOptions(command).action(async (file: string, options: ConfigOptions) => {
    const checked = checkConfig(loadOptions(cli, file, options, 'background'));
    const problems = checked.loaded === undefined ? checked.problems : await problemsOf(checked.loaded);
    if (checked.loaded === undefined || problems.length > 0) {
      if (!cli.json) throw problemsError(problems, file);
      printResult(cli, '', { valid: false, problems: problems.map(problemObject), files: [] });
      cli.exitCode = 2;
      return;
    }
    const files = await openAll(checked.loaded, inspect, cli.signal);
    report(cli, file, checked.loaded, files);
  });
}

/** What is wrong with settings that are each in order: of the training beside the columns that are made. */
async function problemsOf(loaded: LoadedConfig): Promise<readonly Problem[]> {
  const { trainingProblems } = await import('../../services/trainer/training-problems.js');
  const { featurizerOf } = await import('../../services/featurizer/config.js');
  return trainingProblems(loaded, featurizerOf(loaded.config).layout.names);
}

async function openAll(
  loaded: LoadedConfig,
  inspect: InspectFile,
  signal: AbortSignal,
): Promise<CheckedFile[]> {
  const files: CheckedFile[] = [];
  for (const sample of loaded.samples) {
    for (const { name, path } of sample.files) {
      if (signal.aborted) throw new RmmError('interrupted', 'interrupted while opening the input files');
      files.push({ sample, name, ...(await openOne(loaded, sample, name, path, inspect)) });
    }
  }
  return files;
}

async function openOne(
  { config, profile }: LoadedConfig,
  sample: ResolvedSample,
  name: string,
  path: string,
  inspect: InspectFile,
): Promise<Pick<CheckedFile, 'size' | 'entries' | 'error'>> {
  try {
    const file = await inspect(path);
    const needs = {
      features: config.features.type,
      kind: sample.kind,
      triggers: config.selection.triggers,
    };
    const fit = profileFit(profile, needs, file);
    const error = fit.fits
      ? undefined
      : new RmmError(
          'profile_mismatch',
          `${name} (sample ${sample.name}) does not fit the profile ${profile.name}: ${fit.reasons.join('; ')}`,
          { context: { path, sample: sample.name, profile: profile.name, reasons: fit.reasons } },
        );
    return { size: file.size, entries: fit.tree?.entries ?? 0, error };
  } catch (error) {
    if (!(error instanceof RmmError)) throw error;
    return { size: 0, entries: 0, error };
  }
}

function report(cli: Cli, file: string, loaded: LoadedConfig, files: readonly CheckedFile[]): void {
  const errors = files.flatMap((checked) => (checked.error === undefined ? [] : [checked.error]));
  const hash = configurationHash(loaded.config, loaded.profile);
  if (errors.length > 0 && !cli.json) {
    const [only] = errors;
    if (errors.length === 1 && only !== undefined) throw only;
    const lines = errors.map((error) => `${error.code}: ${error.message}`);
    throw new RmmError(
      'input_unfit',
      `${errors.length} input files cannot be used:\n  ${lines.join('\n  ')}`,
      {
        context: { problems: lines },
      },
    );
  }
  const table = renderTable(
    [
      { title: 'sample' },
      { title: 'kind' },
      { title: 'files', align: 'right' },
      { title: 'entries', align: 'right' },
      { title: 'size', align: 'right' },
    ],
    loaded.samples.map((sample) => {
      const own = files.filter((checked) => checked.sample === sample);
      const entries = own.reduce((sum, checked) => sum + checked.entries, 0);
      const size = own.reduce((sum, checked) => sum + checked.size, 0);
      return [sample.name, sample.kind, String(own.length), formatCount(entries), formatBytes(size)];
    }),
    '  ',
  );
  const text = `${file} is valid; ${files.length} input files open and fit the profile ${loaded.profile.name}\n\n${table}\n\nconfiguration ${hash}`;
  printResult(cli, text, {
    valid: errors.length === 0,
    problems: [],
    configuration_hash: hash,
    profile: loaded.profile.name,
    files: files.map((checked) => ({
      sample: checked.sample.name,
      kind: checked.sample.kind,
      file: checked.name,
      bytes: checked.size,
      entries: checked.entries,
      ...(checked.error === undefined ? {} : { error: checked.error.toJSON() }),
    })),
  });
  if (errors.length > 0) cli.exitCode = errors.some((error) => error.exit === 2) ? 2 : 1;
}

/** A problem for programs: its key, its place and the message. */
function problemObject(problem: Problem): Readonly<Record<string, unknown>> {
  const { kind, ...place } = problem.source;
  return { code: problem.code, key: problem.path, source: kind, ...place, message: describeProblem(problem) };
}
