import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { energyBins } from '../../../lib/statistics/energy-bins.js';
import type { Measured } from '../../../lib/statistics/measured.js';
import { backgroundRejection } from '../../../lib/statistics/roc.js';
import { rocPoints } from '../../../lib/statistics/roc-points.js';
import { BackgroundReference } from '../../../lib/statistics/separation.js';
import { tailCurve } from '../../../lib/statistics/tail-curve.js';
import { weightedMean, weightedMedian, weightedQuantiles } from '../../../lib/statistics/weighted.js';

interface Columns {
  readonly scores: number[];
  readonly weights: number[];
  readonly energy: number[];
}

/** What make-statistics.py writes. */
interface Case {
  readonly name: string;
  readonly background: Columns;
  readonly signal: Columns;
  readonly auc: number;
  readonly efficiency: Record<string, number>;
  readonly rejection: Record<string, number>;
  readonly edges: number[];
  readonly auc_within_bins: number;
  readonly levels: number[];
  readonly quantiles: number[];
  readonly mean: number;
}

const path = join(packageRoot, 'test', 'golden', 'statistics', 'statistics.json');
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

function close(found: Measured, wanted: number, what: string): void {
  assert.ok('value' in found, `${what}: not defined (${JSON.stringify(found)})`);
  assert.ok(
    Math.abs(found.value - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
    `${what}: ${found.value}, ${wanted}`,
  );
}

function events({ scores, weights, energy }: Columns) {
  return {
    scores: Float32Array.from(scores),
    weights: Float64Array.from(weights),
    energy: Float32Array.from(energy),
  };
}

for (const golden of cases) {
  test(`equals scikit-learn and numpy: ${golden.name}`, () => {
    const background = events(golden.background);
    const signal = events(golden.signal);
    const bins = energyBins(background.energy, background.weights);
    assert.ok('edges' in bins);
    assert.deepEqual([...bins.edges], golden.edges);
    const found = new BackgroundReference(background, bins).separation(signal);
    close(found.auc, golden.auc, 'AUC');
    close(found.aucWithinBins, golden.auc_within_bins, 'AUC within bins');
    for (const [share, wanted] of Object.entries(golden.efficiency)) {
      close(found.signalEfficiency[share]!, wanted, `signal efficiency at ${share}`);
    }
    const curves = [signal, background].map(({ scores, weights }) => tailCurve(scores, weights));
    for (const [share, wanted] of Object.entries(golden.rejection)) {
      close(
        backgroundRejection(curves[0]!, curves[1]!, Number(share)),
        wanted,
        `background rejection at ${share}`,
      );
    }
    const points = rocPoints(curves[0]!, curves[1]!, 0);
    assert.ok('signal' in points);
    let area = 0;
    for (let i = 1; i < points.signal.length; i++) {
      const width = points.background[i]! - points.background[i - 1]!;
      area += (width * (points.signal[i]! + points.signal[i - 1]!)) / 2;
    }
    close({ value: area }, golden.auc, 'area below the drawn points');
    const quantiles = weightedQuantiles(background.scores, background.weights, golden.levels);
    golden.levels.forEach((level, i) => {
      close(quantiles[i]!, golden.quantiles[i]!, `quantile ${level}`);
    });
    close(
      weightedMedian(background.scores, background.weights),
      golden.quantiles[golden.levels.indexOf(0.5)]!,
      'median',
    );
    close(weightedMean(background.scores, background.weights), golden.mean, 'mean');
  });
}
