import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../lib/base/package-root.js';
import { type CliResult, runCli } from './cli.js';

export const samples = join(packageRoot, 'samples');

/** Path of a file of the shipped sample, for example mc/zee. */
export function sampleFile(name: string): string {
  return join(samples, `${name}.root`);
}

export interface SampleSpec {
  readonly name: string;
  readonly kind: 'background' | 'signal' | 'data';
  readonly files: readonly string[];
  readonly luminosity_fb?: number;
}

/** A sample of one shipped file. */
export function shipped(name: string, kind: SampleSpec['kind']): SampleSpec {
  return { name: name.slice(name.lastIndexOf('/') + 1), kind, files: [sampleFile(name)] };
}

export const smallSamples: readonly SampleSpec[] = [
  shipped('mc/zee', 'background'),
  shipped('mc/ttbar', 'background'),
  shipped('mc/zprime2000_mumu', 'signal'),
];

/** A quick run: about a second where nothing else runs. */
export const quick = {
  features: { min_filled: 20 },
  training: { epochs: 2, megasets: 2, batch_events: 256 },
  engine: { workers: 2 },
} as const;

/** Writes FOLDER/NAME; JSON is YAML. */
export function writeConfig(
  folder: string,
  list: readonly SampleSpec[] = smallSamples,
  rest: Readonly<Record<string, unknown>> = quick,
  name = 'analysis.yaml',
): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ input: { samples: list }, ...rest }, null, 1));
  return path;
}

/** Runs the command and sees that it ends well. */
export async function runWell(args: readonly string[], cwd?: string): Promise<CliResult> {
  const result = await runCli(args, cwd === undefined ? {} : { cwd });
  assert.equal(result.code, 0, result.stderr);
  return result;
}
