/**
 * The global p-value of a bump by toys, one thread, beside pyBumpHunter: node dist/bench/bump.js [--python PYTHON]
 * [--rounds 3] [--toys 1000] [--folder F]. 60 bins; ours fits the background of every toy anew, pyBumpHunter only
 * draws and scans. Best processor time of all rounds.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { type FamilyName, familyOf } from '../lib/statistics/bump/families.js';
import { globalTest } from '../lib/statistics/bump/global-test.js';
import { Hunt } from '../lib/statistics/bump/hunt.js';
import { binsInside, massEdges } from '../lib/statistics/bump/spectrum.js';
import { PoissonToys } from '../lib/statistics/bump/toys.js';
import { isDefined } from '../lib/statistics/measured.js';
import { benchFolder } from './support/inputs.js';
import { benchPython, option, print, printRatio } from './support/measured.js';
import { bestOf, Rival, type Taken, timed } from './train-rival.js';

const binCount = 60;
const toys = Number(option('toys', '1000'));
const scan = { minWidth: 2, maxWidth: 8, sidebands: false };
const ones = new Float64Array(binCount).fill(1);
const edges = massEdges(110, 6000, binCount);

function spectrum(events: number) {
  const shape = Float64Array.from({ length: binCount }, (_, i) => {
    const x = (edges[i]! + edges[i + 1]!) / 2 / 13_000;
    return (1 - x) ** 12 * x ** (-4 - 0.15 * Math.log(x)) * (edges[i + 1]! - edges[i]!);
  });
  const total = shape.reduce((sum, value) => sum + value, 0);
  const means = shape.map((value) => (value * events) / total);
  const counts = new Float64Array(binCount);
  new PoissonToys(means, ones).draw(1, 0, counts);
  return { means, counts };
}

const folder = benchFolder();
for (const events of [300, 1e4, 1e6]) {
  const { means, counts } = spectrum(events);
  const bins = binsInside({ edges, counts }, 110, 13_000);
  if (!isDefined(bins)) throw new Error(bins.notDefined);
  const contestants: Record<string, () => Promise<Taken>> = {};
  for (const family of ['power', 'dijet'] satisfies FamilyName[]) {
    contestants[`rmmstream, ${family}`] = () =>
      timed(() => {
        const hunt = new Hunt(bins, familyOf(family), { scan, leaveBelow: 1e-4, scale: 13_000 });
        const found = hunt.run(bins.counts, bins.scales);
        if (found === undefined) throw new Error('the fit failed');
        globalTest(hunt, found, bins.scales, toys, 1);
      });
  }
  const path = join(folder.path, 'spectrum.json');
  writeFileSync(
    path,
    JSON.stringify({ edges: [...edges], counts: [...counts], means: [...means], toys, ...scan }),
  );
  const rival = await Rival.start(benchPython(), [join(packageRoot, 'bench/bump.py'), path]);
  contestants['pyBumpHunter, without a fit'] = () => rival.run('scan');
  const best = await bestOf(Number(option('rounds', '3')), contestants);
  rival.stop();
  print(`${events} events, ${toys} toys of ${binCount} bins, seconds of processor time (by the clock)`);
  for (const [name, { cpu, wall }] of Object.entries(best))
    print(`  ${name.padEnd(32)} ${cpu.toFixed(3)} (${wall.toFixed(3)})`);
  printRatio(
    `bump ${events} events`,
    best['pyBumpHunter, without a fit']!.cpu / best['rmmstream, dijet']!.cpu,
  );
}
folder.remove();
process.exit(0);
