import type { SerializedError } from '../base/error.js';

/** What the pool sends to a worker. */
export interface TaskMessage {
  readonly id: number;
  readonly task: unknown;
}

/** What a worker answers: steps on the way, then exactly one result or error. */
export type WorkerMessage =
  | { readonly id: number; readonly kind: 'step'; readonly step: unknown }
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  | {
      readonly id: number;
      readonly kind: 'failed';
      readonly error: SerializedError;
      readonly stack: string | undefined;
    };
