import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordStore } from '../../lib/flow/record-store.js';
import { networkToJson } from '../../lib/learning/network-json.js';
import type { Job, Schedule } from '../../lib/learning/tuning/schedule.js';
import type { Candidate } from '../../lib/learning/tuning/space.js';
import type { TrialOutcome, TrialTask } from './train-trial.js';
import { errorOf, isSettled, type TrialRecord, trialId } from './trial-record.js';

export interface SearchOptions {
  readonly schedule: Schedule;
  readonly draw: (trial: number) => Candidate;
  readonly sample: string;
  /** Hash of what all trials have alike. */
  readonly settings: string;
  readonly store: RecordStore<TrialRecord>;
  readonly checkpointFolder: string;
  /** Trials in work at the same time. */
  readonly lanes: number;
  /** Trains a trial; somewhere else, or in another thread. */
  readonly train: (task: TrialTask) => Promise<TrialOutcome>;
  /** Seconds that trials may take, those of earlier processes included. */
  readonly seconds: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Hears of every finished rung of a trial with the epochs that it took, now or earlier. */
  readonly onTrial: (record: TrialRecord, epochs: number, isReused: boolean) => void;
}

/**
 * Carries a schedule out. What is on record already, from whatever search, is taken as it is; everything else is
 * trained, and on record before its result counts. So a killed search goes on, to the same results.
 */
export class Search {
  readonly #options: SearchOptions;
  readonly #records: Map<string, TrialRecord>;
  /** Two numbers may draw the same configuration: the second waits for the first. */
  readonly #inWork = new Map<string, Promise<unknown>>();
  readonly #idOf = new Map<number, string>();
  readonly #epochsOf = new Map<number, number>();
  #wake: (() => void)[] = [];
  #isStopped = false;
  #failure: unknown;
  #reusedSeconds = 0;
  #startedMs = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#records = options.store.readAll();
  }

  /** Every trial on record that can be compared with those of this search. */
  get comparable(): TrialRecord[] {
    return [...this.#records.values()].filter(({ settings }) => settings === this.#options.settings);
  }

  /** Works until the schedule or the time is over; what is in work is finished. @throws what training throws */
  async run(): Promise<void> {
    const { lanes, signal, nowMs } = this.#options;
    this.#startedMs = nowMs();
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    if (this.#failure !== undefined) throw this.#failure;
    signal.throwIfAborted();
  }

  async #lane(): Promise<void> {
    const { schedule } = this.#options;
    while (!this.#isStopped) {
      const job = schedule.take();
      if (job === undefined) {
        if (schedule.running === 0) break;
        await new Promise<void>((resolve) => this.#wake.push(resolve));
        continue;
      }
      try {
        const record = await this.#settle(job);
        if (record === undefined) this.#isStopped = true;
        else this.#finish(job, record);
      } catch (error) {
        this.#failure ??= error;
        this.#isStopped = true;
      }
      this.#wakeAll();
    }
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The record that holds the job's result; undefined where there is no time left to make it. */
  async #settle(job: Job): Promise<TrialRecord | undefined> {
    const candidate = this.#options.draw(job.trial);
    const id = trialId(this.#options.settings, candidate);
    this.#idOf.set(job.trial, id);
    while (this.#inWork.has(id)) await this.#inWork.get(id);
    const known = this.#records.get(id);
    const epochs = job.epochs - (this.#epochsOf.get(job.trial) ?? 0);
    if (isSettled(known, job.epochs)) {
      this.#reusedSeconds += secondsOf(known, job.epochs - epochs, job.epochs);
      this.#options.onTrial(known, epochs, true);
      return known;
    }
    if (this.#isStopped || this.#options.signal.aborted || this.#isTimeOver()) return undefined;
    const work = this.#train(id, candidate, job.epochs).finally(() => this.#inWork.delete(id));
    // Who waits for it must not begin it anew; why it failed is heard of below.
    this.#inWork.set(
      id,
      work.catch(() => {
        this.#isStopped = true;
      }),
    );
    const record = await work;
    this.#options.onTrial(record, epochs, false);
    return record;
  }

  async #train(id: string, candidate: Candidate, epochs: number): Promise<TrialRecord> {
    const { network, latent, learningRate } = candidate;
    const outcome = await this.#options.train({ id, network, learningRate, epochs });
    const record: TrialRecord = {
      id,
      sample: this.#options.sample,
      settings: this.#options.settings,
      network: networkToJson(network),
      latent,
      learning_rate: learningRate,
      ...outcome,
    };
    this.#options.store.write(id, record);
    this.#records.set(id, record);
    return record;
  }

  #finish(job: Job, record: TrialRecord): void {
    this.#epochsOf.set(job.trial, job.epochs);
    const dropped = this.#options.schedule.finish(job, errorOf(record, job.epochs));
    for (const trial of dropped) {
      const id = this.#idOf.get(trial)!;
      const isWanted = [...this.#idOf].some(([other, name]) => name === id && !dropped.includes(other));
      if (!isWanted) rmSync(join(this.#options.checkpointFolder, id), { recursive: true, force: true });
      this.#epochsOf.delete(trial);
      this.#idOf.delete(trial);
    }
  }

  /** Lanes work side by side, so what earlier processes did took their share of its seconds. */
  #isTimeOver(): boolean {
    const { seconds, lanes, nowMs } = this.#options;
    return (nowMs() - this.#startedMs) / 1000 + this.#reusedSeconds / lanes >= seconds;
  }
}

/** Seconds that a trial took from one number of epochs to another; of one that diverged, those it had. */
function secondsOf({ seconds, errors }: TrialRecord, from: number, to: number): number {
  const { length } = errors;
  return length === 0 ? 0 : (seconds * (Math.min(to, length) - Math.min(from, length))) / length;
}
