import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import type { TuneOutcome } from '../services/tune/tune.js';
import { benchFolder } from './support/inputs.js';
import { median, option, print, printRatio, rmmstream } from './support/measured.js';

/**
 * Hyperband against random search (decisions.md 24): the best of Hyperband in `--minutes` (15), and the median of
 * `--trials` (20) random configurations of the same space, which share as many epochs as Hyperband took. The events
 * are those of the simulated background, as they are: never amplified ones.
 * usage: node dist/bench/tune.js [--minutes 15] [--trials 20] [--epochs 81] [--latent 9] [--data FOLDER] [--folder F]
 */
const backgrounds = [
  ...['zee', 'zmumu', 'ztautau', 'ttbar', 'singletop_tchan', 'singletop_schan', 'wjets', 'ww', 'wz', 'zz'],
  ...['higgs_ww', 'higgs_zz', 'higgs_tautau'],
];

interface Trial {
  readonly id: string;
  /** NaN where it diverged. */
  readonly error: number;
  readonly epochs: number;
  readonly latent: number;
}

function writeConfiguration(folder: string): string {
  const path = join(folder, 'tune.yaml');
  const folders = [join(packageRoot, '../shared/data/mc'), join(packageRoot, 'samples/mc')];
  const data = resolve(option('data', folders.find((found) => existsSync(found))!));
  const samples = backgrounds.map((name) => ({
    name,
    kind: 'background',
    files: [join(data, `${name}.root`)],
  }));
  const tune = {
    max_epochs: Number(option('epochs', '81')),
    workers: 2,
    space: { latent: { max: Number(option('latent', '9')) } },
  };
  // Small batches, so that an epoch over few events has many steps.
  const content = { input: { samples }, training: { batch_events: 512 }, tune };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function tune(configuration: string, output: string, settings: Readonly<Record<string, string | number>>) {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `tune.${key}=${value}`]);
  const { output: said, seconds } = rmmstream('tune', configuration, '--output', output, '--json', ...set);
  return { outcome: JSON.parse(said) as TuneOutcome, seconds, trials: trialsOf(output) };
}

/** The first columns of trials.csv; none of them is ever quoted. */
function trialsOf(output: string): Trial[] {
  const [, ...lines] = readFileSync(join(output, 'trials.csv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [id, error, epochs, latent] = line.split(',') as [string, string, string, string];
    return {
      id,
      error: error === '' ? Number.NaN : Number(error),
      epochs: Number(epochs),
      latent: Number(latent),
    };
  });
}

function show({ error, epochs, latent }: Trial): string {
  return `${Number.isNaN(error) ? 'diverged' : error.toPrecision(4)} (latent ${latent}, ${epochs} epochs)`;
}

const folder = benchFolder();
try {
  const configuration = writeConfiguration(folder.path);
  const minutes = Number(option('minutes', '15'));
  const count = Number(option('trials', '20'));
  const banded = tune(configuration, join(folder.path, 'hyperband'), { minutes });
  const { sample, best, trials, diverged, epochs } = banded.outcome;
  print(`sample: ${sample.training} training and ${sample.validation} validation events`);
  print(
    `hyperband: ${trials} configurations (${diverged} diverged), ${epochs} epochs in ${banded.seconds.toFixed(0)} s; best ${show(banded.trials[0]!)}`,
  );
  const share = Math.floor(epochs / count);
  const random = tune(configuration, join(folder.path, 'random'), {
    algorithm: 'random',
    trials: count,
    max_epochs: share,
    // Other configurations than Hyperband's first ones.
    seed: 2,
  });
  print(
    `random: ${count} configurations x ${share} epochs in ${random.seconds.toFixed(0)} s: ${random.trials.map(show).join(', ')}`,
  );
  // One that diverged is worse than any other.
  const errors = random.trials.map(({ error }) => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error));
  const middle = median(errors);
  print(`median of random ${middle.toPrecision(4)}, its best ${errors[0]!.toPrecision(4)}`);
  printRatio('tuning, median of random over hyperband', middle / best.error);
  process.exitCode = best.error < middle ? 0 : 1;
} finally {
  folder.remove();
}
