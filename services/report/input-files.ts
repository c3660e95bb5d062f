import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { FinishedRun } from './open-runs.js';

/** Parent folders of a run in which its input files are looked for. */
const parents = 4;

/**
 * Where an input file may be that a run names: outputs hold no absolute folder (decisions.md 12). Names are relative to
 * the configuration's folder, so that is asked for first, then the current one, then those above the run's directory:
 * people keep them side by side. Whoever opens one compares its fingerprint.
 */
export function inputPaths(
  name: string,
  run: FinishedRun,
  inputFolder: string | undefined,
  currentFolder = process.cwd(),
): string[] {
  if (isAbsolute(name)) return existsSync(name) ? [name] : [];
  const folders = [...(inputFolder === undefined ? [] : [inputFolder]), currentFolder];
  for (let folder = run.layout.root, level = 0; level < parents; level++) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return [...new Set(folders.map((folder) => join(folder, name)))].filter((path) => existsSync(path));
}
