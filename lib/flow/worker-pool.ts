import { Worker } from 'node:worker_threads';
import { RmmError } from '../base/error.js';
import type { TaskMessage, WorkerMessage } from './worker-protocol.js';

export interface WorkerPoolOptions {
  /** Number of threads, at least 1. */
  readonly size: number;
  /** The module that calls `serveTasks`. */
  readonly module: URL;
  /** Given to every worker once, as node:worker_threads' workerData. */
  readonly workerData?: unknown;
  /** A task that takes no step for this long is ended with its thread. */
  readonly stallTimeoutMs: number;
  /** What messages call a task. */
  readonly describe: (task: unknown) => string;
}

/**
 * Workers live on typed arrays, whose memory a collection of the young generation gives back; with V8's own 48 MB
 * for it, buffers that nobody holds any more pile up.
 */
const maxYoungGenerationSizeMb = 8;

interface PendingTask {
  readonly id: number;
  readonly task: unknown;
  readonly onStep: ((step: unknown) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Ends the thread when the task stalls. */
  watch: NodeJS.Timeout | undefined;
}

/**
 * A fixed set of worker threads that take tasks in the order they were given. A worker holds one task at a
 * time; how many wait is the caller's business (`runAll` keeps them in its list). The first failing task
 * rejects; a thread that dies rejects the task it held.
 */
export class WorkerPool {
  readonly #idle: Worker[] = [];
  readonly #workers = new Map<Worker, PendingTask | undefined>();
  readonly #queue: PendingTask[] = [];
  readonly #options: WorkerPoolOptions;
  #nextId = 0;
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    for (let index = 0; index < options.size; index += 1) this.#start(options);
  }

  /** Runs one task; `onStep` hears the worker's steps. */
  run<Result>(task: unknown, onStep?: (step: unknown) => void): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({
        id: this.#nextId++,
        task,
        onStep,
        resolve: resolve as (result: unknown) => void,
        reject,
        watch: undefined,
      });
      this.#dispatch();
    });
  }

  /**
   * Runs all tasks and hands each result over as it comes. After a failure or an abort no further task starts;
   * the ones in work are awaited, so that nothing writes once this has returned.
   */
  async runAll<Task, Result>(
    tasks: readonly Task[],
    options: {
      readonly onResult: (result: Result, task: Task, index: number) => void;
      /** Hears of a task that is given to a worker. */
      readonly onStart?: (task: Task) => void;
      readonly onStep?: (step: unknown, task: Task) => void;
      readonly signal?: AbortSignal | undefined;
      /** Asked before every task; where it gives a promise, no task starts until that is kept. */
      readonly gate?: (() => Promise<void> | undefined) | undefined;
    },
  ): Promise<void> {
    let next = 0;
    let failure: unknown;
    const lane = async () => {
      while (next < tasks.length && failure === undefined && options.signal?.aborted !== true) {
        const closed = options.gate?.();
        if (closed !== undefined) {
          await closed;
          continue;
        }
        const index = next;
        next += 1;
        const task = tasks[index] as Task;
        options.onStart?.(task);
        try {
          options.onResult(await this.run<Result>(task, (step) => options.onStep?.(step, task)), task, index);
        } catch (error) {
          failure ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#workers.size }, lane));
    if (failure !== undefined) throw failure;
    options.signal?.throwIfAborted();
  }

  /** Ends the threads; a task in work is cut off and rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers.keys()].map((worker) => worker.terminate()));
  }

  #start(options: WorkerPoolOptions): void {
    const worker = new Worker(options.module, {
      workerData: options.workerData,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#workers.set(worker, undefined);
    this.#idle.push(worker);
    worker.on('message', (message: WorkerMessage) => this.#receive(worker, message));
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`worker thread ended with code ${code}`)));
  }

  #receive(worker: Worker, message: WorkerMessage): void {
    const pending = this.#workers.get(worker);
    if (pending === undefined || pending.id !== message.id) return;
    if (message.kind === 'step') {
      pending.watch?.refresh();
      pending.onStep?.(message.step);
      return;
    }
    clearTimeout(pending.watch);
    this.#workers.set(worker, undefined);
    this.#idle.push(worker);
    if (message.kind === 'done') pending.resolve(message.result);
    else {
      const error = RmmError.fromJSON(message.error);
      if (message.stack !== undefined) error.stack = message.stack;
      pending.reject(error);
    }
    this.#dispatch();
  }

  #lose(worker: Worker, reason: Error): void {
    if (!this.#workers.has(worker)) return;
    const pending = this.#workers.get(worker);
    this.#workers.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    const error = new RmmError('worker_lost', `a worker thread was lost: ${reason.message}`, {
      cause: reason,
    });
    clearTimeout(pending?.watch);
    pending?.reject(error);
    if (this.#workers.size === 0 && !this.#closed) this.#abandon(error);
  }

  /** Without a thread nothing would ever answer those that wait. */
  #abandon(error: RmmError): void {
    for (const waiting of this.#queue.splice(0)) waiting.reject(error);
  }

  /** A thread that hangs cannot be asked anything: it is ended, and the others finish what they hold. */
  #stall(worker: Worker, pending: PendingTask): void {
    const what = this.#options.describe(pending.task);
    const seconds = this.#options.stallTimeoutMs / 1000;
    pending.reject(
      new RmmError('task_stalled', `no progress for ${seconds} s in ${what}; its thread was ended`, {
        context: { task: what },
      }),
    );
    void worker.terminate();
    // One that is held up by a disk ends when that lets it go, and no sooner.
    if (this.#workers.size === 1)
      this.#abandon(new RmmError('worker_lost', `a worker thread was lost: it stood still in ${what}`));
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop() as Worker;
      const pending = this.#queue.shift() as PendingTask;
      this.#workers.set(worker, pending);
      pending.watch = setTimeout(() => this.#stall(worker, pending), this.#options.stallTimeoutMs);
      worker.postMessage({ id: pending.id, task: pending.task } satisfies TaskMessage);
    }
  }
}
