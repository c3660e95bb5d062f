/**
 * How well each network and each score tells signals from background: the tables of docs/benchmarks.md.
 * usage: node dist/bench/signals.js [--data FOLDER] [--salts 0,1,2,3,4] [--only 'NAME;NAME'] [--folder F] [--set KEY=VALUE]...
 *
 * Every row is a whole `rmmstream run` over the background and signal files of a folder, once for each split salt; a
 * run that is there already (`--folder`) is used again. Areas and efficiencies by signal, with their bootstrap errors, are of
 * the first salt; the summary over the soft signals is the mean over all salts, beside what decisions.md 23 asks for.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import type { MeasuredRecord, SeparationRecord } from '../services/pipeline/separation-record.js';
import { benchFolder } from './support/inputs.js';
import { option, print, rmmstream } from './support/measured.js';

const data = resolve(option('data', join(packageRoot, '../shared/data/mc')));
const salts = option('salts', '0,1,2,3,4').split(',').map(Number);
const only = option('only', '').split(';').filter(Boolean);
const settings = process.argv.flatMap((value, index) =>
  value === '--set' ? [process.argv[index + 1]!] : [],
);
const background = /^(zee|zmumu|ztautau|ttbar|singletop|wjets|ww|wz|zz|higgs)/;
const soft = ['zprime200_mumu', 'lfv_z_emu', 'zh_inv', 'c1n2_wz_250_150', 'c1n2_wz_450_300'];

interface Setup {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Scores to show of it, with the least mean AUC within bins over the soft signals (decisions.md 23). */
  readonly scores: Readonly<Record<string, number | undefined>>;
}

const errors = { error: undefined, error_normalised: undefined } as const;
const setups: readonly Setup[] = [
  {
    name: 'AE small, standard',
    configuration: {
      scores: [
        'error',
        'error_normalised',
        'mahalanobis',
        'knn',
        { type: 'rank_average', of: ['error_normalised', 'knn'] },
      ],
    },
    scores: {
      met: undefined,
      ht_plus_met: undefined,
      error: undefined,
      error_normalised: 0.7,
      mahalanobis: undefined,
      knn: 0.765,
      rank_average: 0.755,
    },
  },
  { name: 'AE large, standard', configuration: { network: { type: 'ae_large' } }, scores: errors },
  { name: 'VAE small, standard', configuration: { network: { type: 'vae_small' } }, scores: errors },
  { name: 'AE small, min-max', configuration: { scaler: { type: 'minmax' } }, scores: errors },
  {
    name: 'AE large, min-max',
    configuration: { network: { type: 'ae_large' }, scaler: { type: 'minmax' } },
    scores: errors,
  },
  {
    name: 'VAE small, min-max',
    configuration: { network: { type: 'vae_small' }, scaler: { type: 'minmax' } },
    scores: errors,
  },
  {
    name: 'VAE large, min-max',
    configuration: { network: { type: 'vae_large' }, scaler: { type: 'minmax' } },
    scores: errors,
  },
];

type Signals = Readonly<Record<string, { readonly separation: Readonly<Record<string, SeparationRecord>> }>>;

function signalsOf(folder: string, setup: Setup, salt: number): Signals {
  const name = `${setup.name.replaceAll(/[^a-z0-9]+/gi, '-')}.${salt}`;
  const output = join(folder, name);
  const samples = readdirSync(data)
    .filter((file) => file.endsWith('.root') && !file.includes('corrupt'))
    .sort()
    .map((file) => {
      const sample = basename(file, '.root');
      return {
        name: sample,
        kind: background.test(sample) ? 'background' : 'signal',
        files: [join(data, file)],
      };
    });
  const configuration = { input: { samples }, luminosity_fb: 10.064, ...setup.configuration };
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, JSON.stringify(configuration, null, 1));
  const set = [`training.split_salt=${salt}`, ...settings].flatMap((value) => ['--set', value]);
  rmmstream('run', path, '--output', output, ...set);
  const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'));
  return report.evaluation.signals;
}

function shown(measured: MeasuredRecord | undefined): string {
  if (measured === undefined || !('value' in measured)) return 'not defined';
  const error = measured.error === undefined ? '' : ` ± ${measured.error.toFixed(4)}`;
  return `${measured.value.toFixed(4)}${error}`;
}

function value(measured: MeasuredRecord): number {
  if (!('value' in measured)) throw new Error(`not defined: ${measured.not_defined}`);
  return measured.value;
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(
    values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / Math.max(1, values.length - 1),
  );
}

const folder = benchFolder();
const bySignal = new Map<string, string[]>();
const summary: string[] = [];
for (const setup of setups) {
  if (only.length > 0 && !only.some((part) => setup.name.includes(part))) continue;
  const runs = salts.map((salt) => signalsOf(folder.path, setup, salt));
  for (const [score, least] of Object.entries(setup.scores)) {
    for (const [signal, { separation }] of Object.entries(runs[0]!)) {
      const { auc, auc_within_bins: within, signal_efficiency: efficiency } = separation[score]!;
      const lines = bySignal.get(signal) ?? [];
      lines.push(
        `| ${setup.name} | ${score} | ${shown(auc)} | ${shown(within)} | ${shown(efficiency['0.01'])} |`,
      );
      bySignal.set(signal, lines);
    }
    const present = soft.filter((signal) => signal in runs[0]!);
    const averages = runs.map((signals) =>
      mean(present.map((signal) => value(signals[signal]!.separation[score]!.auc_within_bins))),
    );
    const each = present.map((signal) =>
      mean(runs.map((signals) => value(signals[signal]!.separation[score]!.auc_within_bins))).toFixed(3),
    );
    const verdict =
      least === undefined ? '' : mean(averages) >= least ? `${least}: reached` : `${least}: MISSED`;
    const line = `| ${setup.name} | ${score} | ${mean(averages).toFixed(4)} ± ${spread(averages).toFixed(4)} | ${each.join(' / ')} | ${verdict} |`;
    summary.push(line);
    print(line);
  }
}
print(
  `\nMean AUC within bins over soft signals (${soft.join(', ')}), mean and spread over ${salts.length} split salts\n`,
);
print('| network, scaling | score | mean AUC within bins | by signal | goal |\n|---|---|---|---|---|');
for (const line of summary) print(line);
for (const [signal, lines] of bySignal) {
  print(`\n${signal} (split salt ${salts[0]})\n`);
  print('| network, scaling | score | AUC | AUC within bins of H_T + MET | efficiency at 1 % background |');
  print('|---|---|---|---|---|');
  for (const line of lines) print(line);
}
folder.remove();
