import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { loadProfile, type Profile, profileNames } from '../../lib/config/index.js';
import { formatBytes, formatCount } from '../../lib/telemetry/format.js';
import { shownLines, shownText } from '../../lib/telemetry/shown-text.js';
import { renderTable } from '../../lib/telemetry/table.js';
import { type Cli, printResult } from '../cli.js';
import { reportError } from '../error-report.js';
import type { InspectedBranch, InspectedFile, InspectedTree, InspectFile } from '../inspected-file.js';
import { type ProfileFit, profileFit } from '../profile-fit.js';

interface InspectOptions {
  readonly profile?: string;
}

export function registerInspect(program: Command, cli: Cli, inspect: InspectFile): void {
  program
    .command('inspect')
    .description('Shows the trees of ROOT files, their branches, types and codecs, and which profile fits.')
    .argument('<file...>', 'ROOT files')
    .option('--profile <name>', 'compare with this profile only: a name, or the path of a .yaml file')
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream inspect data/zee.root\n  rmmstream inspect data/*.root --json\n  rmmstream inspect mine.root --profile my-profile.yaml',
    )
    .action(async (paths: string[], options: InspectOptions) => {
      const names = options.profile === undefined ? profileNames() : [options.profile];
      const profiles = names.map((name) => loadProfile(name, cli.currentDirectory));
      const objects: unknown[] = [];
      for (const path of paths) {
        if (cli.signal.aborted) throw new RmmError('interrupted', 'interrupted while inspecting files');
        try {
          const file = await inspect(path);
          const fits = profiles.map((profile) => fitOf(profile, file));
          objects.push(fileObject(path, file, fits));
          if (!cli.json) cli.stdout.write(`${shownLines(fileText(path, file, fits))}\n`);
        } catch (error) {
          // The other files still have something to say.
          if (!(error instanceof RmmError) || paths.length === 1) throw error;
          objects.push({ file: path, error: error.toJSON() });
          if (!cli.json) {
            cli.stderr.write(`${reportError(error, { debug: false, interrupted: false }).text}\n`);
          }
          cli.exitCode = Math.max(cli.exitCode, error.exit) as 1 | 2;
        }
      }
      if (cli.json) printResult(cli, '', { files: objects });
    });
}

/** Fit for everything a profile can be asked for, and, where that fails, for less. */
interface BroadFit extends ProfileFit {
  /** What does fit: "rmm of data", ... */
  readonly partly: readonly string[];
}

function fitOf(profile: Profile, file: InspectedFile): BroadFit {
  const triggers = profile.triggers.map((trigger) => trigger.name);
  const full = profileFit(profile, { features: 'report35', kind: 'background', triggers }, file);
  if (full.fits || full.tree === undefined) return { ...full, partly: [] };
  const partly: string[] = [];
  for (const features of ['rmm', 'report33'] as const) {
    for (const [kind, words] of [
      ['background', 'simulation'],
      ['data', 'data'],
    ] as const) {
      const fit = profileFit(profile, { features, kind, triggers: profile.default_triggers }, file);
      if (fit.fits) partly.push(`${features} of ${words}`);
    }
  }
  return { ...full, partly };
}

function fileText(path: string, file: InspectedFile, fits: readonly BroadFit[]): string {
  const parts = [`${shownText(path)}: ${formatBytes(file.size)}, ${count(file.trees.length, 'tree')}`];
  for (const tree of file.trees) parts.push('', treeText(tree));
  parts.push('');
  for (const fit of fits) {
    parts.push(`profile ${fit.profile}: ${fit.fits ? 'fits' : 'does not fit in full'}`);
    for (const reason of fit.reasons) parts.push(`  ${reason}`);
    if (fit.partly.length > 0) parts.push(`  enough for: ${fit.partly.join(', ')}`);
  }
  return parts.join('\n');
}

function treeText(tree: InspectedTree): string {
  const total = tree.branches.reduce((sum, branch) => sum + branch.compressedBytes, 0);
  const title = tree.title === '' ? '' : ` "${tree.title}"`;
  const head = `${shownText(`${tree.name};${tree.cycle}${title}`)}: ${formatCount(tree.entries)} entries, ${count(tree.branches.length, 'branch')}, ${formatBytes(total)} compressed`;
  const table = renderTable(
    [
      { title: 'branch' },
      { title: 'type' },
      { title: 'codec' },
      { title: 'baskets', align: 'right' },
      { title: 'compressed', align: 'right' },
      { title: 'ratio', align: 'right' },
    ],
    tree.branches.map((branch) => [
      branch.name,
      branch.type === null ? `${branch.typeName} (not readable)` : branch.typeName,
      codec(branch),
      formatCount(branch.baskets),
      formatBytes(branch.compressedBytes),
      ratio(branch),
    ]),
    '  ',
  );
  return `${head}\n${table}`;
}

/** Writers other than ROOT leave the setting at none and compress all the same. */
function codec(branch: InspectedBranch): string {
  return branch.codec === 'none' && branch.uncompressedBytes > branch.compressedBytes
    ? 'unstated'
    : branch.codec;
}

function ratio(branch: InspectedBranch): string | undefined {
  if (branch.compressedBytes === 0) return undefined;
  return (branch.uncompressedBytes / branch.compressedBytes).toFixed(2);
}

function count(value: number, noun: string): string {
  if (value === 1) return `1 ${noun}`;
  return `${formatCount(value)} ${noun}${noun.endsWith('ch') ? 'es' : 's'}`;
}

function fileObject(path: string, file: InspectedFile, fits: readonly BroadFit[]): unknown {
  return {
    file: path,
    bytes: file.size,
    uuid: file.uuid,
    trees: file.trees.map((tree) => ({
      name: tree.name,
      cycle: tree.cycle,
      title: tree.title,
      entries: tree.entries,
      branches: tree.branches.map((branch) => ({
        name: branch.name,
        type: branch.typeName,
        readable: branch.type !== null,
        codec: codec(branch),
        baskets: branch.baskets,
        compressed_bytes: branch.compressedBytes,
        uncompressed_bytes: branch.uncompressedBytes,
      })),
    })),
    profiles: fits.map((fit) => ({
      profile: fit.profile,
      fits: fit.fits,
      reasons: fit.reasons,
      enough_for: fit.partly,
    })),
  };
}
