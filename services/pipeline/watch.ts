import type { ErrorCode } from '../../lib/base/codes/index.js';
import type { SampleKind } from '../../lib/config/index.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { BatchReport, EpochReport } from '../../lib/telemetry/reports.js';
import type { Version } from '../../lib/telemetry/stage-metrics.js';

export type { BatchReport, EpochReport, Version };

/** What a run does, in this order; the names are those of its progress. */
export const phases = ['inputs', 'weights', 'features', 'megasets', 'train', 'score', 'evaluate'] as const;
export type Phase = (typeof phases)[number];
/** `stopped`: somebody asked for the end, and the same command goes on from there. */
export type PhaseState = 'started' | 'running' | 'finished' | 'stopped' | 'failed';

/** A range whose file of scores is whole. */
export interface ScoredRange {
  readonly name: string;
  readonly sample: string;
  readonly kind: SampleKind;
  readonly rows: number;
  readonly path: string;
  /** True where an earlier process of the same run scored it. */
  readonly earlier: boolean;
}

/**
 * What a run tells of itself while it works: on the main thread, once a range, block, step or epoch, never for each
 * event. Every listener may be left out; a run without a watch pays nothing. What an earlier, killed process of the
 * run had finished is told as the state it left (`done` of a phase, `position` of a stage, `earlier` ranges, model,
 * scaler), never as a batch.
 */
export interface RunWatch {
  /** The output directory is this run's from now on, and locked. */
  opened?(directory: string): void;
  /** @param events done so far, an earlier process included, and in all (0 while unknown) */
  phase?(name: Phase, state: PhaseState, events?: { readonly done: number; readonly total: number }): void;
  /** Of a range that is finished and durable; of the trainer, of a step. */
  batch?(stage: Stage, batch: BatchReport): void;
  /** What a stage holds in memory: ranges, and the bytes of their files. */
  queue?(stage: Stage, batches: number, bytes: number): void;
  /** How far a stage is in its work: ranges done and in all; of the trainer, rows of all epochs. */
  waiting?(stage: Stage, position: number, end: number): void;
  /** A person holds the run, or lets it go on: meanwhile nothing that waits is due. */
  held?(isHeld: boolean): void;
  error?(stage: Stage, code: ErrorCode): void;
  /** Work up to here is not done again after a kill. @param atMs of the wall clock */
  checkpoint?(stage: Stage, atMs: number): void;
  /** The model from now on. */
  model?(version: Version): void;
  scaler?(version: Version): void;
  epoch?(epoch: EpochReport): void;
  scored?(range: ScoredRange): void;
}

const listeners = [
  'opened',
  'phase',
  'batch',
  'queue',
  'waiting',
  'held',
  'error',
  'checkpoint',
  'model',
  'scaler',
  'epoch',
  'scored',
] as const satisfies readonly (keyof RunWatch)[];

/** One watch that tells them all, in their order. */
export function joinWatches(watches: readonly RunWatch[]): RunWatch {
  const tellAll = (name: keyof RunWatch) => {
    const hear = watches.filter((watch) => watch[name] !== undefined);
    return (...told: unknown[]) => {
      for (const watch of hear) (watch[name] as (...told: unknown[]) => void)(...told);
    };
  };
  return Object.fromEntries(listeners.map((name) => [name, tellAll(name)])) as RunWatch;
}

/** A gate of a run that tells the watch when it holds work, and when it lets it go on. */
export function toldGate(
  gate: () => Promise<void> | undefined,
  watch: RunWatch,
): () => Promise<void> | undefined {
  return () => {
    const opened = gate();
    if (opened === undefined) return undefined;
    watch.held?.(true);
    return opened.then(() => watch.held?.(false));
  };
}
