import { join } from 'node:path';
import { runWell, type SampleSpec, sampleFile, shipped } from './small-run.js';

const shares = [
  ['mc/zee', 'background', 0.4],
  ['mc/ttbar', 'background', 0.5],
  ['mc/zprime2000_mumu', 'signal', 0.1],
] as const;

/** Background of three channels and a signal, `events` in all and the few of the third channel. */
export async function amplified(folder: string, events: number): Promise<SampleSpec[]> {
  const samples: SampleSpec[] = [];
  for (const [sample, kind, share] of shares) {
    const { name } = shipped(sample, kind);
    const path = join(folder, `${name}.root`);
    const args = ['--input', sampleFile(sample), '--output', path, '--events', String(events * share)];
    await runWell(['amplify', ...args]);
    samples.push({ name, kind, files: [path] });
  }
  return [...samples, shipped('mc/ww', 'background')];
}
