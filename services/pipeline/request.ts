import type { LoadedConfig } from '../../lib/config/index.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import type { RunWatch } from './watch.js';

/** What every command of the pipeline is given from outside. */
export interface Surroundings {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs: () => number;
  /** Milliseconds since 1970, for what a watch is told. By default the machine's. */
  readonly wallMs?: () => number;
  /** Hears what goes on. */
  readonly watch?: RunWatch | undefined;
  /** Asked between tasks and between steps of the training: a promise holds the run until it is kept. */
  readonly gate?: (() => Promise<void> | undefined) | undefined;
}

export interface RunRequest extends Surroundings {
  readonly loaded: LoadedConfig;
  /** Starts over whatever the directory holds of an earlier run. */
  readonly fresh: boolean;
  /** Takes added files or samples into a run, keeping the ranges that are finished. */
  readonly extend: boolean;
  /** By what the weights of samples are multiplied, by name: a study injects signal so. */
  readonly strengths?: ReadonlyMap<string, number>;
  /** `model` ends after training. */
  readonly until: 'model' | 'scores';
}

/** Seconds and events of each stage of this process, for the `timing` object of run.json. */
export class StageTimes {
  readonly #nowMs: () => number;
  readonly #stages = new Map<string, { startedMs: number; seconds: number; events: number }>();
  readonly #startedMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
  }

  start(stage: string): void {
    this.#stages.set(stage, { startedMs: this.#nowMs(), seconds: 0, events: 0 });
  }

  finish(stage: string, events: number): void {
    const found = this.#stages.get(stage);
    if (found === undefined) return;
    found.seconds = (this.#nowMs() - found.startedMs) / 1000;
    found.events = events;
  }

  report(): {
    seconds: number;
    stages: Record<string, { seconds: number; events: number; events_per_second: number }>;
  } {
    const stages = [...this.#stages].map(([name, { seconds, events }]) => [
      name,
      { seconds, events, events_per_second: seconds > 0 ? events / seconds : 0 },
    ]);
    return { seconds: (this.#nowMs() - this.#startedMs) / 1000, stages: Object.fromEntries(stages) };
  }
}
