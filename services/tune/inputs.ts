import { openRootFile } from '../../lib/columnar/root/index.js';
import { parentBranch } from '../amplify/layout.js';
import { type OpenedFile, openRunInputs } from '../pipeline/input-plan.js';
import type { TuneRequest } from './request.js';

/** The background files; nothing else is trained on. */
export function openBackground(request: TuneRequest): Promise<OpenedFile[]> {
  return openRunInputs(
    request,
    request.loaded.samples.filter(({ kind }) => kind === 'background'),
  );
}

/** Names of files that `rmmstream amplify` made: no claim may rest on them (decisions.md 25). */
export async function amplifiedFiles(opened: readonly OpenedFile[], tree: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, path } of opened) {
    const file = await openRootFile(path);
    try {
      const isAmplified = file.trees.some(
        (other) => other.name === tree && other.branches.some((branch) => branch.name === parentBranch),
      );
      if (isAmplified) found.push(name);
    } finally {
      file.close();
    }
  }
  return found;
}
