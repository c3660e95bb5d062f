import { loadConfig } from '../../lib/config/index.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import { run } from '../../services/pipeline/run.js';
import type { RunWatch } from '../../services/pipeline/watch.js';

const names = ['phase', 'batch', 'queue', 'waiting', 'checkpoint', 'model', 'scaler', 'epoch'] as const;

/** A watch that gives on all it is told, with the name of the call. */
export function hearing(hear: (name: keyof RunWatch, told: readonly unknown[]) => void): RunWatch {
  const one =
    (name: keyof RunWatch) =>
    (...told: unknown[]) =>
      hear(name, told);
  return Object.fromEntries(names.map((name) => [name, one(name)])) as RunWatch;
}

/** Tells a watch what another one has heard. */
export function tell(watch: RunWatch, name: keyof RunWatch, told: readonly unknown[]): void {
  (watch[name] as ((...told: unknown[]) => void) | undefined)?.(...told);
}

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
