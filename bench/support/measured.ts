import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../lib/base/package-root.js';

/** What a command took, see bench/measure.py. */
export interface Measured {
  readonly seconds: number;
  /** Processor time of the command and everything it started. */
  readonly cpuSeconds: number;
  /** Peak resident memory of its largest process. */
  readonly peakMebibytes: number;
  readonly output: string;
}

/** The Python that rivals run with: RMMSTREAM_BENCH_PYTHON, `--python PATH`, or python3. */
export function benchPython(): string {
  return option('python', process.env.RMMSTREAM_BENCH_PYTHON ?? 'python3');
}

/** The value of `--name VALUE` on the command line. */
export function option(name: string, fallback: string): string {
  const index = process.argv.indexOf(`--${name}`);
  return index >= 0 ? (process.argv[index + 1] ?? fallback) : fallback;
}

/** Runs a command to its end. @throws Error with the end of what it said where it fails */
export function measure(command: string, args: readonly string[]): Measured {
  // Settings that slow down or change numpy on some machines are not the rival's own.
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  // onnxruntime's builds for Python send usage data unless told not to.
  const env = { ...rest, ORT_DISABLE_TELEMETRY: '1' };
  const script = join(packageRoot, 'bench', 'measure.py');
  const child = spawnSync(benchPython(), [script, command, ...args], {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) {
    throw new Error(
      `${benchPython()} did not run (${child.error?.message ?? child.stderr.trim()}); npm run bench says what to install`,
    );
  }
  const report = JSON.parse(child.stdout) as Measured & { status: number; errors: string };
  if (report.status !== 0) {
    throw new Error(`${command} ${args.join(' ')}\nended with ${report.status}:\n${report.errors}`);
  }
  return report;
}

/** Runs our own command line. */
export function rmmstream(...args: string[]): Measured {
  return measure(process.execPath, [join(packageRoot, 'cli', 'rmmstream.mjs'), ...args]);
}

/** Runs a script of bench/ with the rivals' Python. */
export function pythonScript(script: string, ...args: string[]): Measured {
  return measure(benchPython(), [join(packageRoot, 'bench', script), ...args]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line that bench/run.mjs compares with the recorded one; above 1 is in our favour. */
export function printRatio(name: string, ratio: number): void {
  print(`ratio ${name}: ${ratio.toFixed(3)}`);
}
