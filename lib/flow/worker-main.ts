import { parentPort } from 'node:worker_threads';
import { invariant, RmmError } from '../base/error.js';
import type { TaskMessage, WorkerMessage } from './worker-protocol.js';

/** Does one task; `step` reports what was finished so far. */
export type TaskHandler = (task: unknown, step: (step: unknown) => void) => unknown | Promise<unknown>;

/** A result whose buffers are handed over instead of copied; the task must not use them again. */
export class Handover {
  readonly result: unknown;
  readonly buffers: readonly ArrayBuffer[];

  constructor(result: unknown, buffers: readonly ArrayBuffer[]) {
    this.result = result;
    this.buffers = buffers;
  }
}

/** Serves tasks from the pool, one after the other, until the pool ends the thread. */
export function serveTasks(handler: TaskHandler): void {
  const port = parentPort;
  invariant(port !== null, 'a task worker runs in a worker thread only');
  const send = (message: WorkerMessage) => port.postMessage(message);
  port.on('message', async ({ id, task }: TaskMessage) => {
    try {
      const result = await handler(task, (step) => send({ id, kind: 'step', step }));
      if (result instanceof Handover) {
        const message: WorkerMessage = { id, kind: 'done', result: result.result };
        port.postMessage(message, [...result.buffers]);
      } else send({ id, kind: 'done', result });
    } catch (error) {
      const ours =
        error instanceof RmmError
          ? error
          : new RmmError('internal_invariant', error instanceof Error ? error.message : String(error));
      send({
        id,
        kind: 'failed',
        error: ours.toJSON(),
        stack: error instanceof Error ? error.stack : undefined,
      });
    }
  });
}
