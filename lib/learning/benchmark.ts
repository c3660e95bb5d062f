import { type Backend, initialState } from './backend.js';
import { initialParameters } from './initialise.js';
import { plainTraining } from './loss.js';
import { buildNetwork, type Network } from './network.js';
import { aeSmall } from './network-presets.js';
import { Random } from './random.js';

/** What one backend reached. */
export interface BackendSpeed {
  readonly name: string;
  /** Rows a second in training steps, and in scoring. */
  readonly trainRows: number;
  readonly scoreRows: number;
  /** Largest difference of a score (mean squared error of a row) from that of the first backend, as a share of it. */
  readonly difference: number;
}

/** What one backend does by itself. */
export interface BackendMeasure extends Pick<BackendSpeed, 'trainRows' | 'scoreRows'> {
  /** Scores of the rows that all backends are given. */
  readonly squares: Float32Array;
}

export interface BenchmarkOptions {
  /** About; whatever it is, every backend trains and scores at least twice. */
  readonly seconds: number;
  readonly threads: number;
  /** A clock in milliseconds. */
  nowMs(): number;
}

/** AE small as wide as the trained part of the matrix of two-lepton events. */
const usualNetwork = buildNetwork(aeSmall, 192);
/** The default of training.batch_events. */
const batch = 2048;

/** Measures training and scoring, one backend after the other, on the same rows and weights. */
export async function benchmarkBackends(
  backends: readonly Backend[],
  options: BenchmarkOptions,
  network = usualNetwork,
): Promise<BackendSpeed[]> {
  const own = { ...options, seconds: options.seconds / Math.max(1, backends.length) };
  const measures: [string, BackendMeasure][] = [];
  for (const backend of backends) measures.push([backend.name, await measureBackend(backend, own, network)]);
  return compareMeasures(measures);
}

/** Measures one backend; the rows are always the same. */
export async function measureBackend(
  backend: Backend,
  options: BenchmarkOptions,
  network = usualNetwork,
): Promise<BackendMeasure> {
  const random = new Random('benchmark', [1]);
  const x = Float32Array.from({ length: batch * network.columns }, () => 4 * random.unit() - 2);
  const milliseconds = 500 * options.seconds;
  const trainRows = await trainSpeed(backend, network, x, milliseconds, options);
  const { rows: scoreRows, squares } = await scoreSpeed(backend, network, x, milliseconds, options);
  return { trainRows, scoreRows, squares };
}

/** Speeds, and scores beside those of the first. */
export function compareMeasures(measures: readonly (readonly [string, BackendMeasure])[]): BackendSpeed[] {
  return measures.map(([name, { trainRows, scoreRows, squares }]) => ({
    name,
    trainRows,
    scoreRows,
    difference: largestDifference(squares, measures[0]![1].squares),
  }));
}

async function trainSpeed(
  backend: Backend,
  network: Network,
  x: Float32Array,
  milliseconds: number,
  { threads, nowMs }: BenchmarkOptions,
): Promise<number> {
  const start = initialState(initialParameters(network, 1));
  const trainer = await backend.createTrainer(network, start, { batch, threads, ...plainTraining });
  const input = { x, weights: new Float32Array(batch).fill(1), noise: [] };
  const rows = await rowsASecond(() => trainer.step(input, 1e-3), milliseconds, nowMs);
  await trainer.release();
  return rows;
}

async function scoreSpeed(
  backend: Backend,
  network: Network,
  x: Float32Array,
  milliseconds: number,
  { threads, nowMs }: BenchmarkOptions,
): Promise<{ rows: number; squares: Float32Array }> {
  const ones = new Float32Array(network.columns).fill(1);
  const scorer = await backend.createScorer(network, initialParameters(network, 1), ones, { batch, threads });
  const rows = await rowsASecond(() => scorer.score(x), milliseconds, nowMs);
  const squares = (await scorer.score(x)).squares.slice();
  await scorer.release();
  return { rows, squares };
}

/** Runs once to warm up, then again and again until the time is over. */
async function rowsASecond(
  run: () => Promise<unknown>,
  milliseconds: number,
  nowMs: () => number,
): Promise<number> {
  await run();
  const start = nowMs();
  let runs = 0;
  let passed = 0;
  do {
    await run();
    runs += 1;
    passed = nowMs() - start;
  } while (passed < milliseconds);
  return (1000 * runs * batch) / passed;
}

function largestDifference(values: Float32Array, expected: Float32Array): number {
  return values.reduce(
    (largest, value, row) => Math.max(largest, Math.abs(value - expected[row]!) / expected[row]!),
    0,
  );
}
