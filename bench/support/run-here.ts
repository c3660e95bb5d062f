import { loadConfig } from '../../lib/config/index.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import { run } from '../../services/pipeline/run.js';
import type { RunWatch } from '../../services/pipeline/watch.js';

/** `rmmstream run` in this process, from the beginning to the scores, without a word. */
export async function runHere(config: string, output: string, watch: RunWatch): Promise<void> {
  const overrides = [
    { path: 'output.directory', value: output, flag: '--output', literal: true },
    { path: 'engine.workers', value: '2', flag: '--workers' },
  ];
  const loaded = loadConfig({
    file: config,
    environment: {},
    overrides,
    currentDirectory: '.',
    needs: 'background',
  });
  await run({
    loaded,
    fresh: true,
    extend: false,
    until: 'scores',
    progress: createProgress({ style: 'none', write: () => {}, nowMs: () => performance.now() }),
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
    watch,
  });
}
