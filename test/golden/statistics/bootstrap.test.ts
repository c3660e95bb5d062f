import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { LinearBootstrap } from '../../../lib/statistics/linear-bootstrap.js';
import { normalTail } from '../../../lib/statistics/normal-tail.js';
import { PairedBootstrap } from '../../../lib/statistics/paired-bootstrap.js';
import { poissonCounts, signalStream } from '../../../lib/statistics/poisson-counts.js';

interface Columns {
  readonly scores: number[];
  readonly weights: number[];
  readonly energy: number[];
}

interface Toy {
  readonly name: string;
  readonly background: Columns;
  readonly signal: Columns;
  readonly edges: number[];
}

/** What make-bootstrap.py writes. */
interface Golden {
  readonly replicas: number;
  readonly seed: number;
  readonly counts: number[];
  /** z, and the chance of a standard normal number above it. */
  readonly tails: [number, number][];
  readonly cases: {
    readonly name: string;
    readonly spreads: Record<'auc' | 'within' | 'difference' | 'unpaired', number>;
    /** By background efficiency. */
    readonly efficiencies: Record<string, { readonly spread: number; readonly effective: number }>;
    /** AUC, AUC within bins, the latter of the energy, and the signal efficiencies, by replica. */
    readonly replicas: number[][];
  }[];
}

const read = <Content>(name: string): Content =>
  JSON.parse(readFileSync(join(packageRoot, 'test', 'golden', 'statistics', name), 'utf8')) as Content;
const golden = read<Golden>('bootstrap.json');
/** Falling, as make-bootstrap.py has them. */
const efficiencies = [0.5, 0.25, 0.1, 0.05, 0.01];
const toys = read<{ cases: Toy[] }>('statistics.json').cases;

function events({ scores, weights, energy }: Columns) {
  const energies = Float32Array.from(energy);
  return {
    weights: Float64Array.from(weights),
    energy: energies,
    scores: [energies, Float32Array.from(scores)],
  };
}

function bootstrapOf({ background, signal, edges }: Toy, samples: number): PairedBootstrap {
  const bins = { edges: Float64Array.from(edges), count: edges.length + 1 };
  const bootstrap = new PairedBootstrap(events(background), [events(signal)], bins, 0, {
    samples,
    seed: golden.seed,
    efficiencies,
  });
  for (let replica = 0; replica < samples; replica++) bootstrap.step(replica);
  return bootstrap;
}

function linearOf({ background, signal, edges }: Toy): LinearBootstrap {
  const bins = { edges: Float64Array.from(edges), count: edges.length + 1 };
  const linear = new LinearBootstrap(events(background), [events(signal)], bins, 0, efficiencies);
  for (let step = 0; step < linear.steps; step++) linear.step(step);
  return linear;
}

test('counts equal those of the hash written in Python', () => {
  const counts = new Uint8Array(golden.counts.length);
  poissonCounts(golden.seed, 3, signalStream, counts);
  assert.deepEqual([...counts], golden.counts);
});

test('the normal tail is that of scipy', () => {
  for (const [z, tail] of golden.tails) {
    assert.ok(Math.abs(normalTail(z) - tail) < 1e-7, `${z}: ${normalTail(z)}, ${tail}`);
  }
});

/** How much too large an error of linear-efficiency.ts may be, beyond the error of both. */
function allowance(kind: 'paired' | 'linear', effectiveEvents: number, index: number): number {
  if (kind === 'paired') return 0;
  // A signal with a third of its weights negative is clipped near 1.
  if (index === 3) return 0.9;
  return effectiveEvents < 10 ? 0.1 : 0;
}

golden.cases.forEach((wanted, index) => {
  const toy = toys[index]!;
  test(`single replicas equal numpy's: ${wanted.name}`, () => {
    const bootstrap = bootstrapOf(toy, wanted.replicas.length);
    wanted.replicas.forEach((areas, replica) => {
      const found = [
        bootstrap.areas(0, 1, 'all'),
        bootstrap.areas(0, 1, 'within'),
        bootstrap.areas(0, 0, 'within'),
        ...efficiencies.map((_, share) => bootstrap.efficiencies(0, 1, share)),
      ];
      assert.equal(areas.length, found.length);
      areas.forEach((area, i) => {
        assert.ok(Math.abs(found[i]![replica]! - area) < 1e-12, `${i}: ${found[i]![replica]}, ${area}`);
      });
    });
  });

  test(`errors equal those of a brute-force bootstrap within the error of both: ${wanted.name}`, () => {
    const samples = 2000;
    const errors = bootstrapOf(toy, samples).errors(0, 1);
    // Relative error of a standard deviation from B replicas: 1 / sqrt(2 B); four of the two together.
    const tolerance = 4 * Math.sqrt(1 / (2 * samples) + 1 / (2 * golden.replicas));
    for (const [found, spread] of [
      [errors.auc, wanted.spreads.auc],
      [errors.aucWithinBins, wanted.spreads.within],
      [errors.difference, wanted.spreads.difference],
    ] as const) {
      assert.ok('value' in found);
      assert.ok(Math.abs(found.value / spread - 1) < tolerance, `${found.value}, ${spread}`);
    }
    // Linear in the weights; a third of them negative and few events leave it 15 % off, see LinearBootstrap.
    const linear = linearOf(toy).errors(0, 1);
    const allowed = tolerance + (index === 3 ? 0.15 : 0);
    for (const [found, spread] of [
      [linear.auc, wanted.spreads.auc],
      [linear.aucWithinBins, wanted.spreads.within],
      [linear.difference, wanted.spreads.difference],
    ] as const) {
      assert.ok('value' in found);
      assert.ok(Math.abs(found.value / spread - 1) < allowed, `linear ${found.value}, ${spread}`);
    }
    // What pairing is for: errors added as if independent are another number.
    assert.ok(Math.abs(wanted.spreads.unpaired / wanted.spreads.difference - 1) > tolerance / 4);
  });

  test(`errors of efficiencies equal those of a brute-force bootstrap: ${wanted.name}`, () => {
    const samples = 2000;
    const paired = bootstrapOf(toy, samples).errors(0, 1).signalEfficiency;
    const linear = linearOf(toy).errors(0, 1).signalEfficiency;
    const tolerance = 4 * Math.sqrt(1 / (2 * samples) + 1 / (2 * golden.replicas));
    for (const share of efficiencies) {
      const { spread, effective } = wanted.efficiencies[share]!;
      for (const [kind, found] of [
        ['paired', paired[share]!],
        ['linear', linear[share]!],
      ] as const) {
        const shown = `${kind} at ${share} (${effective} effective events): ${JSON.stringify(found)}, ${spread}`;
        if (effective < 3) {
          assert.ok('notDefined' in found, shown);
          assert.match(found.notDefined, new RegExp(`^${effective.toFixed(1)} effective background events`));
          continue;
        }
        assert.ok('value' in found, shown);
        const ratio = found.value / spread;
        assert.ok(ratio > 1 - tolerance && ratio < 1 + tolerance + allowance(kind, effective, index), shown);
      }
    }
  });
});
