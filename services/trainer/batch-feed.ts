import { Worker } from 'node:worker_threads';
import { RmmError } from '../../lib/base/error.js';
import { type Batch, type BatchSource, createBatch, type ShuffleKey } from '../../lib/learning/batches.js';
import type { Weighing } from '../../lib/learning/sample-weights.js';
import type { BatchAnswer, BatchRequest, BatchThreadSettings, Walk } from './batch-protocol.js';

/** Batches that may be ahead of the training take about so many bytes: enough to outlast the opening of a bucket. */
const aheadBytes = 24 * 1024 * 1024;

type Arrays = Pick<BatchRequest, 'x' | 'weights'>;

interface Asked {
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Batches of a store, made by a thread of their own while the backend computes: session.run of onnxruntime-node holds
 * the thread that calls it, so nothing else overlaps with it here. The batches have the bits of `bucketSource`.
 */
export class BatchFeed {
  readonly #thread: Worker;
  readonly #asked: Asked[] = [];
  /** Arrays that are here; the others are with the thread or being trained on. */
  readonly #free: Arrays[];
  readonly #plan: BatchThreadSettings['store']['plan'];
  #walks = 0;
  #next: BatchRequest['next'];
  #lost: Error | undefined;

  /** @param width trained columns */
  constructor(settings: BatchThreadSettings, batchRows: number, width: number) {
    this.#plan = settings.store.plan;
    const ahead = Math.floor(aheadBytes / (4 * batchRows * (width + 1)));
    this.#free = Array.from({ length: 1 + Math.max(1, Math.min(16, ahead)) }, () =>
      arraysOf(batchRows, width),
    );
    this.#thread = new Worker(new URL('./batch-thread.js', import.meta.url), { workerData: settings });
    this.#thread.on('message', (answer: BatchAnswer) => this.#take(answer));
    this.#thread.on('error', (cause) => this.#lose(cause.message));
    this.#thread.on('exit', (code) => this.#lose(`ended with code ${code}`));
  }

  /** The rows of a megaset of the plan, weighed as told. */
  source(megaset: number, weighing: Weighing): BatchSource {
    return {
      rows: this.#plan.rows[megaset]!.reduce((sum, rows) => sum + rows, 0),
      batches: (key, skip) => this.#batches({ number: ++this.#walks, megaset, weighing, key, skip }),
      announce: (key: ShuffleKey) => {
        this.#next = { megaset, key };
      },
    };
  }

  /** Ends the thread; who waits for a batch waits no more. */
  async close(): Promise<void> {
    this.#lose('it was closed');
    await this.#thread.terminate();
  }

  async *#batches(walk: Walk): AsyncGenerator<Batch> {
    if (this.#lost !== undefined) throw this.#lost;
    const asked = this.#free.splice(0).map((arrays) => this.#ask(walk, arrays));
    let current: Arrays | undefined;
    try {
      for (;;) {
        const answer = await asked.shift()!;
        if (answer.error !== undefined) throw RmmError.fromJSON(answer.error);
        current = answer;
        if (answer.real === 0) return;
        yield { x: answer.x, weights: answer.weights, real: answer.real };
        current = undefined;
        asked.push(this.#ask(walk, answer));
      }
    } finally {
      // The next walk finds all arrays here.
      if (current !== undefined) this.#free.push(current);
      for (const answer of await Promise.allSettled(asked))
        if (answer.status === 'fulfilled') this.#free.push(answer.value);
    }
  }

  #ask(walk: Walk, { x, weights }: Arrays): Promise<BatchAnswer> {
    const answer = new Promise<BatchAnswer>((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      this.#asked.push({ resolve, reject });
      const request: BatchRequest = { walk, next: this.#next, x, weights };
      this.#thread.postMessage(request, [x.buffer, weights.buffer]);
    });
    // Whoever asked may have ended before he looks.
    answer.catch(() => undefined);
    return answer;
  }

  #take(answer: BatchAnswer): void {
    this.#asked.shift()?.resolve(answer);
  }

  #lose(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = new RmmError('worker_lost', `the thread that makes training batches was lost: ${why}`);
    for (const { reject } of this.#asked.splice(0)) reject(this.#lost);
  }
}

function arraysOf(rows: number, width: number): Arrays {
  const { x, weights } = createBatch(rows, width);
  return { x: x as Arrays['x'], weights: weights as Arrays['weights'] };
}
