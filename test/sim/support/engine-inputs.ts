import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { run } from '../../../services/pipeline/run.js';
import { copyRootFile } from '../../support/root-copy.js';
import { sampleFile, writeConfig } from '../../support/small-run.js';

/** A tiny network, so that a run takes a second. */
export const tiny = {
  features: { min_filled: 20 },
  network: { type: 'stacked', layers: [{ units: 4 }] },
  training: { epochs: 2, megasets: 2, batch_events: 512 },
  learning: { threads: 1, score_batch_events: 512 },
  engine: { workers: 1, range_events: 8192 },
  scores: [
    'error',
    'mahalanobis',
    { rank_average: ['error', 'mahalanobis'] },
    { type: 'ensemble', of: 'error', members: 2 },
  ],
} as const;

/** Input files of several blocks and of one, background, signal and data, some events of which cannot be used. */
export async function makeInputs(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const made = (
    name: string,
    from: string,
    entries: number,
    times: number,
    identity: number,
    spoil = false,
  ) =>
    copyRootFile({
      from: sampleFile(from),
      to: join(folder, name),
      entries,
      times,
      identity,
      change: (branch, { values }) => {
        if (spoil && branch === 'mcWeight') (values as Float32Array)[7] = Number.NaN;
      },
    });
  await made('zee-0.root', 'mc/zee', 2800, 4, 1, true);
  await made('zee-1.root', 'mc/zee', 700, 1, 2);
  await made('ttbar-0.root', 'mc/ttbar', 4500, 4, 3);
  await made('ttbar-1.root', 'mc/ttbar', 400, 1, 4, true);
  await made('zprime.root', 'mc/zprime2000_mumu', 800, 1, 5);
  await made('data.root', 'data/periodA', 900, 10, 6);
  const samples = [
    { name: 'zee', kind: 'background', files: ['zee-0.root', 'zee-1.root'] },
    { name: 'ttbar', kind: 'background', files: ['ttbar-*.root'] },
    { name: 'zprime', kind: 'signal', files: ['zprime.root'] },
    { name: 'data', kind: 'data', files: ['data.root'], luminosity_fb: 0.001 },
  ] as const;
  return writeConfig(folder, samples, tiny);
}

/** The configuration of a run on the cluster in memory; `given` stands over the file. */
export function loadOnKafka(
  file: string,
  directory: string,
  given: Readonly<Record<string, unknown>>,
): LoadedConfig {
  return loadConfig({
    file,
    environment: {},
    currentDirectory: directory,
    needs: 'background',
    overrides: Object.entries({
      'engine.type': 'kafka',
      'engine.brokers': ['fake:1'],
      'output.directory': directory,
      'kafka.retry_max_ms': 500,
      'kafka.transaction_messages': 2,
      'kafka.sink_window_offsets': 4,
      'kafka.topics.partitions': 3,
      // A fiftieth of it by the clock of a simulation, on a machine that may be busy.
      'service.drain_timeout_ms': 600_000,
      ...given,
    }).map(([path, value]) => ({ path, value: JSON.stringify(value), flag: 'test' })),
  });
}

/** The same run in one process. */
export async function runEmbedded(file: string, directory: string): Promise<void> {
  const loaded = loadConfig({
    file,
    environment: {},
    currentDirectory: directory,
    needs: 'background',
    overrides: [{ path: 'output.directory', value: directory, flag: 'test', literal: true }],
  });
  await run({
    loaded,
    fresh: false,
    extend: false,
    until: 'scores',
    progress: createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 }),
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
  });
}
