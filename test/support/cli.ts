import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packageRoot } from '../../lib/base/package-root.js';

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled command, without the set-up that `npx rmmstream` does first. */
const entry = join(packageRoot, 'dist', 'test', 'support', 'cli-process.js');

/** Starts `rmmstream ARGS` as a process of its own. */
export function startCli(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly node?: string } = {},
): { readonly child: ChildProcess; readonly result: Promise<CliResult> } {
  const child = spawn(options.node ?? process.execPath, [entry, ...args], {
    cwd: options.cwd ?? packageRoot,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
  return { child, result };
}

/** Runs `rmmstream ARGS` to its end. */
export function runCli(
  args: readonly string[],
  options: Parameters<typeof startCli>[1] = {},
): Promise<CliResult> {
  return startCli(args, options).result;
}

/** A new folder for one test, deleted at its end. */
export async function inFolder<Result>(body: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** sha256 of every output file by its path; run.json without `timing`; nothing of the work folder. */
export function outputDigests(directory: string): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const name of readdirSync(directory, { recursive: true }).map(String).sort()) {
    const path = join(directory, name);
    if (name.startsWith('.work') || !statSync(path).isFile()) continue;
    let bytes: Buffer | string = readFileSync(path);
    if (name === 'run.json') {
      const { timing, ...rest } = JSON.parse(bytes.toString()) as Record<string, unknown>;
      if (timing === undefined) throw new Error('run.json has no timing');
      bytes = JSON.stringify(rest);
    }
    digests[relative(directory, path)] = createHash('sha256').update(bytes).digest('hex');
  }
  return digests;
}
