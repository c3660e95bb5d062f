import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { runCli } from './cli.js';
import { copyRootFile } from './root-copy.js';
import { type SampleSpec, sampleFile, samples } from './small-run.js';

const shippedRun = parseYaml(readFileSync(join(samples, 'config.yaml'), 'utf8')) as {
  readonly input: { readonly samples: readonly SampleSpec[] };
};

/** Every shipped sample; of one the file is amplified to several blocks, of another some weights are broken. */
export async function manyBlocks(folder: string): Promise<SampleSpec[]> {
  const zee = join(folder, 'zee.root');
  const args = ['--input', sampleFile('mc/zee'), '--output', zee, '--events', '20000', '--seed', '3'];
  assert.equal((await runCli(['amplify', ...args])).code, 0);
  const zprime = join(folder, 'zprime.root');
  await copyRootFile({
    from: sampleFile('mc/zprime2000_mumu'),
    to: zprime,
    change: (branch, { values }) => {
      if (branch === 'mcWeight') (values as Float32Array).set([Number.NaN, 1e30], 5);
    },
  });
  const changed: Record<string, string> = { 'mc/zee.root': zee, 'mc/zprime2000_mumu.root': zprime };
  return shippedRun.input.samples.map((sample) => ({
    ...sample,
    files: sample.files.map((file) => changed[file] ?? join(samples, file)),
  }));
}
