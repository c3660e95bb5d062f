import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Closes the command's stdout after this many bytes, as `head` does. */
  readonly closeStdoutAfter?: number;
}

/** Runs `node cli/rmmstream.mjs ...` as a person does and waits for its end. */
export function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('RMMSTREAM'));
  const child = spawn(process.execPath, [join(packageRoot, 'cli', 'rmmstream.mjs'), ...argv], {
    cwd: options.cwd ?? packageRoot,
    env: { ...Object.fromEntries(inherited), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length >= (options.closeStdoutAfter ?? Number.POSITIVE_INFINITY)) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The simulated data of the project, or the sample that ships with it: both hold mc/zee.root and the like. */
export function dataFolder(): string | undefined {
  return [join(packageRoot, '..', 'shared', 'data'), join(packageRoot, 'samples')].find((folder) =>
    existsSync(join(folder, 'mc', 'zee.root')),
  );
}
