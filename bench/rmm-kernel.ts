/**
 * Speed of the matrix kernel on one thread, alone and with selection and event hash, next to numba in the same
 * run: node dist/bench/rmm-kernel.js [seconds] [python]. The rival is rmm-kernel.py; without a Python that has
 * numba only our own rates are printed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import type { Events } from '../lib/physics/events.js';
import { FeatureBuffer } from '../lib/physics/feature-buffer.js';
import { SplitColumns } from '../lib/physics/identity.js';
import { PatternTable } from '../lib/physics/patterns.js';
import { EventQuantities, eventQuantities } from '../lib/physics/quantities.js';
import { ReportKernel } from '../lib/physics/report/index.js';
import { RmmKernel, rmmLayout } from '../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../lib/physics/selection/index.js';

/** xorshift: the same events each time. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
}

/** Events with exactly so many leptons and jets, all of which pass. */
function makeEvents(count: number, leptons: number, jets: number): Events {
  const random = generator(12345);
  const ragged = (size: number, ptMin: number) => {
    const total = count * size;
    const pt = Float64Array.from({ length: total }, () => ptMin - 40 * Math.log(1 - random()));
    const eta = Float64Array.from({ length: total }, () => Math.fround(4 * random() - 2));
    return {
      offsets: Int32Array.from({ length: count + 1 }, (_, row) => row * size),
      pt,
      eta,
      phi: Float64Array.from({ length: total }, () => Math.fround((2 * random() - 1) * Math.PI)),
      energy: pt.map((value, k) => Math.hypot(value * Math.cosh(eta[k]!), 5)),
    };
  };
  const total = count * leptons;
  const zeros = new Float64Array(total);
  return {
    count,
    run: new Int32Array(count).fill(284500),
    event: BigInt64Array.from({ length: count }, (_, row) => BigInt(row)),
    channel: new Int32Array(count).fill(361106),
    weight: new Float64Array(count).fill(1),
    met: Float64Array.from({ length: count }, () => -40 * Math.log(1 - random())),
    metPhi: Float64Array.from({ length: count }, () => (2 * random() - 1) * Math.PI),
    leptons: {
      ...ragged(leptons, 10),
      charge: Int32Array.from({ length: total }, () => (random() < 0.5 ? -1 : 1)),
      type: Int32Array.from({ length: total }, () => (random() < 0.5 ? 11 : 13)),
      ptcone30: zeros,
      etcone20: zeros,
      d0: zeros,
      d0Significance: zeros,
      z0: zeros,
      tight: new Uint8Array(total),
    },
    jets: {
      ...ragged(jets, 25),
      jvt: new Float64Array(count * jets).fill(1),
      btag: Float64Array.from({ length: count * jets }, () => 2 * random() - 1),
    },
    triggers: {},
  };
}

/** Best rate over chunks of `events` events within `seconds`, million events/s: the least disturbed moment counts. */
function rate(events: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + seconds * 1e3;
  while (performance.now() < end) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return events / best / 1e3;
}

const seconds = Number(process.argv[2] ?? 2);
const python = process.argv[3] ?? 'python3';
const batch = 4096;
const chunk = 4;
for (const [leptons, jets] of [
  [2, 3],
  [4, 8],
] as const) {
  const events = makeEvents(batch, leptons, jets);
  const options = selectionOptions();
  const selected = new Selected();
  select(events, options, 1, selected);
  const layout = rmmLayout();
  const kernel = new RmmKernel(layout);
  const buffer = new FeatureBuffer();
  const table = new PatternTable(layout.columns, layout.maskWords);
  const quantities = new EventQuantities();
  const split = new SplitColumns();
  const report = new ReportKernel('report33');
  const reportBuffer = new FeatureBuffer();
  const repeat = (work: () => void) => () => {
    for (let k = 0; k < chunk; k++) work();
  };
  const total = chunk * batch;
  const ours = {
    rmm: rate(
      total,
      repeat(() => kernel.fill(events, selected, buffer)),
    ),
    select: rate(
      total,
      repeat(() => select(events, options, 1, selected)),
    ),
    quantities: rate(
      total,
      repeat(() => eventQuantities(events, selected, quantities)),
    ),
    patterns: rate(
      total,
      repeat(() => table.rows(buffer)),
    ),
    split: rate(
      total,
      repeat(() => split.fill(events, undefined, 10)),
    ),
    report33: rate(
      total,
      repeat(() => report.fill(events, selected, reportBuffer)),
    ),
  };
  console.log(`${leptons} leptons + ${jets} jets, million events/s:`);
  for (const [name, value] of Object.entries(ours)) console.log(`  ${name.padEnd(11)}${value.toFixed(2)}`);
  const script = join(packageRoot, 'bench', 'rmm-kernel.py');
  const rival = spawnSync(python, [script, String(seconds), String(leptons), String(jets)], {
    encoding: 'utf8',
  });
  if (rival.status !== 0)
    console.log(
      `  numba      not measured: ${rival.error?.message ?? rival.stderr.trim().split('\n').at(-1)}`,
    );
  else {
    const rates = JSON.parse(rival.stdout) as { dense: number; block: number };
    console.log(`  numba dense ${rates.dense.toFixed(2)}, numba block ${rates.block.toFixed(2)}`);
    console.log(
      `  ratio to numba dense ${(ours.rmm / rates.dense).toFixed(2)}, to numba block ${(ours.rmm / rates.block).toFixed(2)}`,
    );
  }
}
