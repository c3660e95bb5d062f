/**
 * What a live page costs: `rmmstream run` with --serve, alone and with a page that looks on, against the same run
 * without it, in turns on the same files with the same seed.
 * usage: node dist/bench/live-cost.js [--python PYTHON] [--events 1000000] [--rounds 5] [--folder F]
 *
 * By the clock and by processor time of the command; on a busy machine only processor time is fair. A round before is
 * not counted. Each ratio is without / with: 1 costs nothing, and 0.99 is 1 %. The page itself runs in a browser, whose
 * time is its own.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { embeddedFlow } from '../services/live/model/embedded-flow.js';
import { FrameMaker, nothingSent } from '../services/live/model/frames.js';
import { LiveModel } from '../services/live/model/live-model.js';
import { takeScores } from '../services/live/scores/read-scores.js';
import { ScoreBoard } from '../services/live/scores/score-board.js';
import { amplifiedFiles, benchFolder, writeConfiguration } from './support/inputs.js';
import { type Measured, median, option, print, printRatio, rmmstream } from './support/measured.js';
import type { ViewerData } from './support/viewer.js';

const events = Number(option('events', '1000000'));
const rounds = Number(option('rounds', '5'));
const folder = benchFolder();
const config = join(folder.path, 'live.yaml');
// Two benches at the same time would measure each other anyhow.
const address = `127.0.0.1:${20_000 + (process.pid % 20_000)}`;

const run = (...more: string[]): Measured =>
  rmmstream('run', config, '--output', join(folder.path, 'output'), '--fresh', '--workers', '2', ...more);

async function viewed(): Promise<{ readonly measured: Measured; readonly seen: Float64Array }> {
  const seen = new Float64Array(new SharedArrayBuffer(16));
  const workerData: ViewerData = { url: `http://${address}/stream`, seen };
  const viewer = new Worker(new URL('./support/viewer.js', import.meta.url), { workerData });
  await once(viewer, 'online');
  try {
    return { measured: run('--serve', address), seen };
  } finally {
    await viewer.terminate();
  }
}

const ways = ['served', 'viewed'] as const;
const ratios = new Map<string, number[]>();

function note(way: string, alone: Measured, other: Measured): void {
  for (const [what, ratio] of [
    ['seconds', alone.seconds / other.seconds],
    ['cpu', alone.cpuSeconds / other.cpuSeconds],
  ] as const)
    ratios.set(`${way} ${what}`, [...(ratios.get(`${way} ${what}`) ?? []), ratio]);
}

/** Milliseconds of processor time of `work`, of the whole process, over `times`. */
async function cpuMs(times: number, work: () => unknown): Promise<number> {
  await work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** What the parts take by themselves, which no other program on the machine disturbs. */
async function parts(scores: string): Promise<void> {
  const files = readdirSync(scores).map((name) => join(scores, name));
  const options = {
    score: 'error',
    isLog: true,
    luminosityFb: 10,
    luminosityOf: 'configuration',
    simulationScale: 1,
    tailShare: 0.01,
    topEvents: 12,
  } as const;
  const reading = await cpuMs(1, async () => {
    const board = new ScoreBoard(options);
    for (const file of files) await takeScores(board, file, 'error');
  });
  const board = new ScoreBoard(options);
  for (const file of files) await takeScores(board, file, 'error');
  const { rows } = board.section();
  const section = await cpuMs(50, () => board.section());
  const model = new LiveModel({
    engine: 'embedded',
    title: config,
    flow: embeddedFlow,
    phases: ['features', 'train', 'score'],
    control: { available: true, why: '' },
    limits: [],
    score: options,
    startedMs: 0,
  });
  let nowMs = 0;
  const maker = new FrameMaker(model, 'bench');
  const tick = await cpuMs(500, () => {
    nowMs += 500;
    for (const stage of embeddedFlow.stages)
      model.batch(stage, { eventsIn: 1000, eventsOut: 900, bytesOut: 1e5, seconds: 0.1 });
    model.scores(board.section());
    model.tick(nowMs);
    maker.next(nothingSent, nowMs);
  });
  print(
    `scores: ${((reading * 1000) / rows).toFixed(2)} us of a core for a row, ${section.toFixed(2)} ms for a picture`,
  );
  print(`a tick with everything changed and a page that has nothing: ${tick.toFixed(2)} ms, twice a second`);
}

const shown = ({ seconds, cpuSeconds, peakMebibytes }: Measured) =>
  `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of cores, ${peakMebibytes.toFixed(0)} MiB`;

try {
  const files = amplifiedFiles(folder.path, events);
  writeConfiguration(config, [files], '{ epochs: 2, megasets: 2, seed: 1 }');
  run();
  for (let round = 0; round < rounds; round += 1) {
    const alone = run();
    const served = run('--serve', address);
    const { measured, seen } = await viewed();
    print(`round ${round + 1}: alone ${shown(alone)}; served ${shown(served)}; viewed ${shown(measured)}`);
    print(`  the page was sent ${seen[0]} frames, ${((seen[1] ?? 0) / 1e6).toFixed(2)} MB`);
    note('served', alone, served);
    note('viewed', alone, measured);
  }
  await parts(join(folder.path, 'output', 'scores'));
  for (const way of ways) {
    for (const what of ['seconds', 'cpu']) {
      const found = ratios.get(`${way} ${what}`)!;
      print(`${way} ${what}: ${found.map((ratio) => ratio.toFixed(3)).join(', ')}`);
      printRatio(`live-cost ${way} ${what}`, median(found));
    }
  }
} finally {
  folder.remove();
}
