import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../lib/base/package-root.js';
import { option, print, rmmstream } from './measured.js';

const backgrounds = ['zee', 'zmumu', 'ztautau', 'ttbar', 'wjets', 'ww', 'wz', 'zz', 'singletop_tchan'];
/** Files that the events are spread over. */
const parts = 4;

/** Where a bench puts what it makes: `--folder F`, whose inputs are used again, or a temporary one. */
export interface BenchFolder {
  readonly path: string;
  /** Deletes a temporary folder. */
  remove(): void;
}

export function benchFolder(): BenchFolder {
  const given = option('folder', '');
  if (given !== '') {
    mkdirSync(given, { recursive: true });
    return { path: resolve(given), remove: () => undefined };
  }
  const path = mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The background files that everything is made of: `--data FOLDER`, ../shared/data/mc_more, or the samples. */
export function backgroundFiles(): string[] {
  const folders = [join(packageRoot, '../shared/data/mc_more'), join(packageRoot, 'samples/mc')];
  const folder = resolve(option('data', folders.find((path) => existsSync(path))!));
  return backgrounds.map((name) => join(folder, `${name}.root`)).filter((path) => existsSync(path));
}

/** zlib files with `events` events in all, rotated and reflected copies of the background files. */
export function amplifiedFiles(folder: string, events: number): string[] {
  const each = Math.ceil(events / parts);
  return Array.from({ length: parts }, (_, part) => {
    const path = join(folder, `events-${each}-${part}.root`);
    if (!existsSync(path)) {
      print(`making ${each} events: ${path}`);
      const size = ['--events', String(each), '--seed', String(part + 1), '--compression', 'zlib'];
      rmmstream('amplify', '--input', ...backgroundFiles(), '--output', `${path}.part`, ...size);
      renameSync(`${path}.part`, path);
    }
    return path;
  });
}

/** A configuration whose background samples are the given groups of files. */
export function writeConfiguration(
  path: string,
  samples: readonly (readonly string[])[],
  training: string,
): void {
  const lines = [
    'input:',
    '  profile: atlas-open-data-2020',
    '  samples:',
    ...samples.map(
      (files, index) => `    - { name: sample${index}, kind: background, files: ${JSON.stringify(files)} }`,
    ),
    'luminosity_fb: 10.064',
    `training: ${training}`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Model folder of an AE small trained shortly on the unamplified background. */
export function finishedModel(folder: string): string {
  const output = join(folder, 'trained');
  const model = join(output, 'model');
  if (!existsSync(join(output, 'run.json'))) {
    print('training a model ...');
    const configuration = join(folder, 'model.yaml');
    const samples = backgroundFiles().map((file) => [file]);
    writeConfiguration(configuration, samples, '{ epochs: 2, megasets: 1, seed: 1 }');
    rmmstream('run', configuration, '--output', output, '--workers', '2', '--fresh');
  }
  return model;
}
