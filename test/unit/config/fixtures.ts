import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CheckedConfig, checkConfig, type LoadOptions } from '../../../lib/config/load.js';
import { describeProblem } from '../../../lib/config/problem.js';

/** A folder with the files given, gone after the test. */
export function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-config-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Checks `yaml` as the file analysis.yaml beside a few input files. */
export function check(
  context: TestContext,
  yaml: string,
  options: Partial<LoadOptions> = {},
  files: Readonly<Record<string, string>> = {},
): CheckedConfig & { readonly folder: string } {
  const inputs = { 'mc/zee.root': 'z', 'mc/ttbar.root': 't', 'mc/signal.root': 's', 'data/a.root': 'a' };
  const folder = folderWith(context, { 'analysis.yaml': yaml, ...inputs, ...files });
  const checked = checkConfig({
    file: 'analysis.yaml',
    environment: {},
    currentDirectory: folder,
    needs: 'background',
    ...options,
  });
  return { ...checked, folder };
}

/** "code | what a person reads" for every problem. */
export function lines(checked: CheckedConfig): string[] {
  return checked.problems.map((problem) => `${problem.code} | ${describeProblem(problem)}`);
}

/** The samples of most tests, five lines long: what follows begins at line 6. */
export const samples = `input:
  samples:
    - {name: zee, kind: background, files: [mc/zee.root]}
    - {name: ttbar, kind: background, files: [mc/ttbar.root]}
    - {name: signal, kind: signal, files: [mc/signal.root]}
`;
