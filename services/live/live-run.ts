import type { LoadedConfig } from '../../lib/config/index.js';
import type { RunOutcome } from '../pipeline/run.js';
import { phases, type RunWatch } from '../pipeline/watch.js';
import { LivePage } from './live-page.js';
import { embeddedFlow } from './model/embedded-flow.js';
import { LiveModel } from './model/live-model.js';
import { RunGate } from './run-gate.js';
import { boardOptions } from './scores/board-options.js';
import { scoreFiles } from './scores/score-files.js';
import type { ServeAddress } from './serve-address.js';
import type { Token } from './token.js';

export interface LiveRunOptions {
  readonly loaded: LoadedConfig;
  /** What the page calls the run. */
  readonly title: string;
  readonly address: ServeAddress;
  readonly token: Token;
  readonly signal: AbortSignal;
  readonly wallMs: () => number;
  readonly say: (text: string) => void;
}

export type RunEnd = 'finished' | 'stopped' | 'failed';

const limits = [
  'One process has no topics: what waits is counted in ranges of input files, and how long it has waited is not known.',
  'Events of stages and epochs are those of this command: what an earlier one of the same run had done is in the progress, and its scores are among the scores.',
];

/** Of a phase that was stopped the rest is to come. */
const phaseStates = {
  started: 'running',
  running: 'running',
  finished: 'done',
  stopped: 'planned',
  failed: 'failed',
} as const;

/** The live page of a run in one process: what the run tells, and the orders that it takes. */
export class LiveRun {
  readonly page: LivePage;
  /** For the request of the run. */
  readonly watch: RunWatch;
  readonly gate: RunGate['pass'];
  /** Aborted by the signal of the command, or by the order to drain. */
  readonly signal: AbortSignal;
  readonly #model: LiveModel;
  readonly #wallMs: () => number;

  private constructor(
    page: LivePage,
    model: LiveModel,
    gate: RunGate,
    signal: AbortSignal,
    wallMs: () => number,
  ) {
    this.page = page;
    this.#model = model;
    this.#wallMs = wallMs;
    this.gate = gate.pass;
    this.signal = signal;
    this.watch = watchOf(model, (path) => page.scores.take(path), wallMs);
  }

  /** @throws serve_address_unusable */
  static async open(options: LiveRunOptions): Promise<LiveRun> {
    const { loaded, title, wallMs, signal } = options;
    const model = new LiveModel({
      engine: 'embedded',
      title,
      flow: embeddedFlow,
      phases,
      control: { available: true, why: '' },
      limits,
      score: boardOptions(loaded),
      startedMs: wallMs(),
    });
    const gate = new RunGate();
    const drain = new AbortController();
    const ending = AbortSignal.any([signal, drain.signal]);
    // A run that is held must hear that it ends.
    ending.addEventListener('abort', () => {
      gate.open();
      model.runState(
        'draining',
        wallMs(),
        'What is in work is finished; the same command goes on from there.',
      );
    });
    const page = await LivePage.open({
      ...options,
      model,
      control: {
        pause() {
          const { state } = model.section('run');
          if (state !== 'running') return `the run is ${state}`;
          gate.close();
          model.runState('pausing', wallMs(), 'What is in work is finished, nothing new begins.');
          return undefined;
        },
        resume() {
          if (!gate.isClosed) return 'the run is not held';
          gate.open();
          model.runState('running', wallMs());
          return undefined;
        },
        drain() {
          const { state, endedMs } = model.section('run');
          if (endedMs !== undefined) return `the run is ${state}`;
          drain.abort();
          return undefined;
        },
      },
      beforeTick() {
        const isIdle = model.section('flow').stages.every(({ queueBatches }) => (queueBatches ?? 0) === 0);
        if (model.section('run').state === 'pausing' && gate.waiting > 0 && isIdle)
          model.runState('paused', wallMs(), 'Held between two tasks.');
      },
    });
    model.runState('running', wallMs());
    return new LiveRun(page, model, gate, ending, wallMs);
  }

  /** The run is over; the page goes on until it is closed. */
  ended(state: RunEnd, message = ''): void {
    this.#model.runState(state, this.#wallMs(), message);
  }

  /** The same for a run that had nothing left to do: the page shows what it finds. */
  finished({ state, directory }: Pick<RunOutcome, 'state' | 'directory'>): void {
    if (state !== 'finished-before') {
      this.ended('finished');
      return;
    }
    for (const phase of phases) this.#model.phase(phase, 'done');
    for (const path of scoreFiles(directory) ?? []) this.page.scores.take(path);
    this.ended('finished', 'It was finished before: what is shown lies in its output directory.');
  }

  /** How it ended, for whoever sits at the command. */
  get endWords(): string {
    const { state, message } = this.#model.section('run');
    return state === 'failed'
      ? `has failed: ${message}`
      : state === 'stopped'
        ? 'was stopped'
        : 'has finished';
  }
}

function watchOf(model: LiveModel, take: (path: string) => void, wallMs: () => number): RunWatch {
  return {
    phase: (name, state, events) => model.phase(name, phaseStates[state], events),
    batch: (stage, report) => model.batch(stage, report),
    queue: (stage, batches, bytes) => model.queue(stage, batches, bytes),
    waiting: (stage, position, end) => model.waiting(stage, position, end),
    error: (stage, code) => model.error(stage, code, wallMs()),
    checkpoint: (stage, atMs) => model.checkpoint(stage, atMs),
    model: ({ version }) => model.artefact('model', version),
    scaler: ({ version }) => model.artefact('scaler', version),
    epoch: (epoch) => model.epoch(epoch),
    scored: ({ path }) => take(path),
  };
}
