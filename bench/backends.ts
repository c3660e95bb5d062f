/**
 * Training and scoring on every learning backend that works here, in one run.
 * usage: node dist/bench/backends.js [--columns 192] [--rounds 3] [--seconds 16] [--threads 2]
 *
 * Rows a second of the best round, and as a share of onnxruntime-node's. Beside time by the clock stands processor
 * time of all threads, which other programs disturb less.
 */
import { loadavg } from 'node:os';
import type { Backend } from '../lib/learning/backend.js';
import { type BackendSpeed, benchmarkBackends } from '../lib/learning/benchmark.js';
import { allCandidates } from '../lib/learning/find-backend.js';
import { buildNetwork } from '../lib/learning/network.js';
import { networkPresets } from '../lib/learning/network-presets.js';
import { openBackend } from '../lib/learning/try-backend.js';
import { formatCount } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import { option, print } from './support/measured.js';

const columns = Number(option('columns', '192'));
const rounds = Number(option('rounds', '3'));
const seconds = Number(option('seconds', '16'));
const threads = Number(option('threads', '2'));

const clocks = {
  clock: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

const backends: Backend[] = [];
for (const candidate of allCandidates(threads)) {
  try {
    backends.push(await openBackend(candidate));
  } catch (error) {
    print(`${candidate.name}: ${(error as Error).message}`);
  }
}

/** The best round of each backend by one clock. */
async function best(name: string, nowMs: () => number): Promise<BackendSpeed[]> {
  const network = buildNetwork(networkPresets[name]!, columns);
  let fastest: BackendSpeed[] | undefined;
  for (let round = 0; round < rounds; round++) {
    const speeds = await benchmarkBackends(backends, { seconds, threads, nowMs }, network);
    fastest = speeds.map((speed, index) => ({
      ...speed,
      trainRows: Math.max(speed.trainRows, fastest?.[index]?.trainRows ?? 0),
      scoreRows: Math.max(speed.scoreRows, fastest?.[index]?.scoreRows ?? 0),
    }));
  }
  return fastest!;
}

const titles = ['backend', 'train rows/s', 'ratio', 'score rows/s', 'ratio', 'scores differ'];
for (const name of ['ae_small', 'ae_large']) {
  for (const [clock, nowMs] of Object.entries(clocks)) {
    const speeds = await best(name, nowMs);
    const load = loadavg().map((value) => value.toFixed(1));
    print(`\n${name}, ${columns} columns, ${threads} threads, by ${clock}, load averages ${load.join(', ')}`);
    const ratio = (value: number, first: number) => (value / first).toFixed(2);
    const rows = speeds.map((speed) => [
      speed.name,
      formatCount(speed.trainRows),
      ratio(speed.trainRows, speeds[0]!.trainRows),
      formatCount(speed.scoreRows),
      ratio(speed.scoreRows, speeds[0]!.scoreRows),
      speed.difference.toExponential(1),
    ]);
    print(
      renderTable(
        titles.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
        rows,
      ),
    );
  }
}
