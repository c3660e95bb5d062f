/**
 * Filling weighted histograms with variances, beside numpy and boost-histogram, one thread:
 * node dist/bench/histogram.js [--python PYTHON] [--rows 4000000] [--rounds 5]
 *
 * Values like MET and signed weights. numpy has no variances, so it makes a second histogram of the squared weights;
 * ours counts rows as well. Best processor time of all rounds.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { histogramOf } from '../lib/statistics/histogram.js';
import { regularAxis, variableAxis } from '../lib/statistics/histogram-axis.js';
import { benchPython, printRatio } from './support/measured.js';
import { bestOf, option, printTable, Rival, type Taken, timed } from './train-rival.js';

const rows = Number(option('rows', '4000000'));
const values = new Float32Array(rows);
const weights = new Float64Array(rows);
let state = 1;
function uniform(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}
for (let row = 0; row < rows; row++) {
  values[row] = -60 * Math.log(uniform());
  weights[row] = uniform() - 0.1;
}
const axes = {
  regular: regularAxis(0, 500, 100),
  variable: variableAxis([0, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000]),
};

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
const files = [join(folder, 'values.f32'), join(folder, 'weights.f64')] as const;
writeFileSync(files[0], values);
writeFileSync(files[1], weights);
const rival = await Rival.start(benchPython(), [join(packageRoot, 'bench/histogram.py'), ...files]);
for (const [name, axis] of Object.entries(axes)) {
  const contestants: Record<string, () => Promise<Taken>> = {
    rmmstream: () =>
      timed(() => {
        histogramOf(axis, values, weights);
      }),
    'boost-histogram': () => rival.run(`boost ${name}`),
    'numpy, twice': () => rival.run(`numpy ${name}`),
  };
  const best = await bestOf(Number(option('rounds', '5')), contestants);
  const rivals = ['boost-histogram', 'numpy, twice'];
  printTable(`${name} axis of ${axis.bins} bins, ${rows} rows`, rows, best, rivals);
  printRatio(`histogram ${name}`, Math.min(...rivals.map((one) => best[one]!.cpu)) / best.rmmstream!.cpu);
}
rival.stop();
rmSync(folder, { recursive: true });
