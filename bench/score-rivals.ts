/**
 * Scoring against Keras and onnxruntime in Python, in turns on the same machine.
 * usage: node dist/bench/score-rivals.js [--python PYTHON] [--network ae_small] [--rows 49152] [--rounds 5]
 *        [--threads 1]
 *
 * Ours starts from rows in block form and gives three scores; the rivals start from dense scaled rows and
 * give the mean squared error. Their users score all 529 columns, so that is the comparison.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { aroundSums, bindRows, expandScaled } from '../lib/learning/expand.js';
import { planExpansion } from '../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { reconstructionGraph } from '../lib/learning/graph-score.js';
import { initialParameters } from '../lib/learning/initialise.js';
import { rowMoments } from '../lib/learning/moments.js';
import { buildNetwork } from '../lib/learning/network.js';
import { networkPresets } from '../lib/learning/network-presets.js';
import { defaultScalerOptions, freezeScaler } from '../lib/learning/scaler.js';
import { createScoreColumns, networkScorePlan } from '../lib/learning/score-plan.js';
import { RowScorer, scoringBatch } from '../lib/learning/score-rows.js';
import { syntheticEvents } from './train-events.js';
import { bestOf, option, printTable, Rival, timed } from './train-rival.js';

const name = option('network', 'ae_small');
const rows = Number(option('rows', '49152'));
const threads = Number(option('threads', '1'));
const batch = Number(option('batch', String(scoringBatch)));
const data = syntheticEvents(rows);
const folder = mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
const { backend } = await findBackend('auto', backendCandidates(threads));
const kinds = Array.from({ length: data.rows.columns }, () => 'gev');
const out = createScoreColumns(networkScorePlan, rows);

async function scorerFor(constantColumns: 'around' | 'through') {
  const scaler = freezeScaler(rowMoments(data.rows), kinds, { ...defaultScalerOptions, constantColumns });
  const plan = planExpansion(scaler);
  const network = buildNetwork(networkPresets[name]!, plan.width);
  const parameters = initialParameters(network, 1);
  writeFileSync(
    join(folder, `reconstruct-${plan.width}.onnx`),
    reconstructionGraph(network, parameters, 'batch').model,
  );
  const inverse = new Float32Array(plan.width).fill(1);
  const scorer = new RowScorer(
    { networks: [await backend.createScorer(network, parameters, inverse, { batch, threads })] },
    plan,
    networkScorePlan,
  );
  const bound = bindRows(plan, data.rows);
  const x = new Float32Array(batch * plan.width);
  const sums = new Float64Array(batch);
  const other = new Float64Array(batch);
  return {
    width: plan.width,
    score: () => timed(() => scorer.score(data.rows, out)),
    expand: () =>
      timed(() => {
        for (let from = 0; from < rows; from += batch) {
          const to = Math.min(rows, from + batch);
          expandScaled(bound, from, to, x);
          aroundSums(bound, from, to, sums, other);
        }
      }),
  };
}

const around = await scorerFor('around');
const through = await scorerFor('through');
const wide = through.width;
const narrow = around.width;
const rival = await Rival.start(option('python', 'python3'), [
  join(packageRoot, 'bench/score-rivals.py'),
  name,
  ...[rows, wide, narrow, 2048, threads].map(String),
  folder,
]);
const rivals = ['predict', 'function', 'xla', 'onnxruntime'].flatMap((kind) => [
  `${kind} ${wide}`,
  `${kind} ${narrow}`,
]);
const best = await bestOf(Number(option('rounds', '5')), {
  [`rmmstream, ${narrow} of ${wide} columns through`]: around.score,
  [`rmmstream, all ${wide} columns through`]: through.score,
  'rmmstream, expansion alone': around.expand,
  ...Object.fromEntries(rivals.map((variant) => [variant, () => rival.run(variant)])),
});
rival.stop();
rmSync(folder, { recursive: true });
const keras = [`predict ${wide}`, `function ${wide}`, `xla ${wide}`];
printTable(
  `scoring ${name} on ${backend.name} ${backend.version}, ${threads} threads; 1 x = best Keras`,
  rows,
  best,
  keras,
);
process.exit(0);
