import { rmSync } from 'node:fs';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { writeFileOnce } from '../../lib/base/write-once.js';
import type { Config } from '../../lib/config/index.js';
import { evaluate } from '../pipeline/evaluation.js';
import { layoutOf } from '../pipeline/layout.js';
import { recordedRanges } from '../pipeline/records.js';
import type { Surroundings } from '../pipeline/request.js';
import { scoreFiles } from '../pipeline/score-command.js';
import { partsOfRanges } from '../pipeline/scored-parts.js';
import type { FinishedRun } from '../report/open-runs.js';
import { type Opening, type RegionSum, readOpening } from './opening.js';
import { blindLayoutOf, readSeal, type Seal, sha256Of } from './seal.js';

export interface OpenRequest extends Surroundings {
  readonly run: FinishedRun;
  readonly name: string;
  /** Where each sealed file lies now. */
  readonly pathOf: (name: string) => string;
  /** Settings that change no result: workers, threads. */
  readonly base: Config;
}

/**
 * Scores sealed files, once, with the model that was sealed, and records what came out. A second opening is refused.
 * @throws blind_seal_broken, blind_opened_before, blind_changed where model or a file is not what was sealed
 */
export async function openSeal(request: OpenRequest): Promise<{ seal: Seal; opening: Opening }> {
  const { run, name, pathOf } = request;
  const layout = blindLayoutOf(run.layout.root, name);
  const seal = readSeal(layout.seal);
  refuseSecond(layout.opened, seal);
  const { record } = run;
  if (record.model !== seal.model || record.configuration_hash !== seal.configuration_hash) {
    throw changed(
      `the run's model is ${record.model} (configuration ${record.configuration_hash.slice(0, 12)}), sealed was ${seal.model} (${seal.configuration_hash.slice(0, 12)})`,
    );
  }
  for (const { name: file, sha256 } of seal.files) {
    if ((await sha256Of(pathOf(file))) !== sha256)
      throw changed(`${file} is another file than the sealed one: its sha256 differs`);
  }
  claim(layout.opened, seal);
  const samples = new Set(seal.files.map(({ sample }) => sample));
  await scoreFiles({
    ...request,
    modelFolder: run.layout.model,
    samples: [...samples].map((sample) => ({
      name: sample,
      kind: 'signal' as const,
      files: seal.files
        .filter((file) => file.sample === sample)
        .map((file) => ({ name: file.name, path: pathOf(file.name) })),
    })),
    outputDirectory: layout.work,
    fresh: false,
    base: { ...request.base, training: run.config.training },
  });
  const opening: Opening = {
    state: 'opened',
    digest: seal.digest,
    ...(await resultsOf(seal, layout.work, request)),
  };
  writeFileAtomic(layout.opened, `${JSON.stringify(opening, null, 1)}\n`);
  rmSync(layout.work, { recursive: true, force: true });
  return { seal, opening };
}

async function resultsOf(seal: Seal, work: string, { run, ...surroundings }: OpenRequest) {
  const { config } = run;
  const parts = (directory: string, kind: string) =>
    partsOfRanges(
      recordedRanges(layoutOf(directory)).filter((range) => range.kind === kind),
      layoutOf(directory).scores,
      config,
    );
  const blind = parts(work, 'signal');
  const evaluation = await evaluate(
    [...parts(run.layout.root, 'background'), ...blind],
    config,
    surroundings,
  );
  const regions: Record<string, Record<string, RegionSum>> = {};
  for (const part of blind) {
    const { scores, weights } = await part.read();
    const sums = regions[part.sample] ?? emptySums(seal);
    regions[part.sample] = sums;
    for (const { id, threshold } of seal.regions)
      addAbove(scores[seal.score]!, weights, threshold, sums[id]!);
  }
  return { evaluation, regions };
}

function emptySums({ regions }: Seal): Record<string, RegionSum> {
  return Object.fromEntries(regions.map(({ id }) => [id, { weight: 0, events: 0 }]));
}

function addAbove(score: Float32Array, weights: Float64Array, threshold: number, sum: RegionSum): void {
  for (let row = 0; row < score.length; row++) {
    if (!(score[row]! > threshold)) continue;
    sum.weight += weights[row]!;
    sum.events += 1;
  }
}

/** What was opened before is over; what broke off goes on, since nobody has seen its result. */
function refuseSecond(path: string, seal: Seal): void {
  const known = readOpening(path);
  if (known === undefined || (known.state === 'opening' && known.digest === seal.digest)) return;
  throw new RmmError(
    'blind_opened_before',
    `seal ${seal.name} was opened before; its files are scored once: the result is in ${path}`,
    { context: { name: seal.name } },
  );
}

/** From here on the seal counts as broken. */
function claim(path: string, seal: Seal): void {
  const opening: Opening = { state: 'opening', digest: seal.digest };
  if (!writeFileOnce(path, `${JSON.stringify(opening)}\n`)) refuseSecond(path, seal);
}

function changed(why: string): RmmError {
  return new RmmError('blind_changed', `the seal cannot be opened: ${why}`, { context: {} });
}
