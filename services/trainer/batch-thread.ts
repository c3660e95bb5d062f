import { parentPort, workerData } from 'node:worker_threads';
import { invariant, RmmError } from '../../lib/base/error.js';
import { BatchWalk, bucketOrder } from '../../lib/learning/batches.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import type { BatchAnswer, BatchRequest, BatchThreadSettings } from './batch-protocol.js';
import { BucketReader } from './bucket-reader.js';

/** The thread that makes batches: reads buckets, puts rows into their order and expands them, ahead of the training. */
const port = parentPort;
invariant(port !== null, 'batches are made in a worker thread');
const { store, scaler } = workerData as BatchThreadSettings;
const reader = new BucketReader(store);
const plan = planExpansion(scaler);
let number: number | undefined;
let walk: BatchWalk | undefined;
let next: BatchRequest['next'];

function begin(request: BatchRequest): BatchWalk {
  const { megaset, weighing, key, skip } = request.walk;
  const onLast = () => {
    if (next === undefined) return;
    const buckets = reader.buckets(next.megaset);
    buckets[bucketOrder(buckets.length, next.key)[0] ?? 0]?.ahead?.();
  };
  const skipRows = skip * request.weights.length;
  return new BatchWalk(plan, reader.buckets(megaset), { weighing, key, skipRows, onLast });
}

async function answer(request: BatchRequest): Promise<void> {
  const { x, weights } = request;
  next = request.next;
  const batch = { x, weights, real: 0 };
  let error: BatchAnswer['error'];
  try {
    if (walk === undefined || number !== request.walk.number) {
      number = request.walk.number;
      walk = begin(request);
    }
    await walk.fill(batch);
  } catch (thrown) {
    const ours =
      thrown instanceof RmmError ? thrown : new RmmError('internal_invariant', (thrown as Error).message);
    error = ours.toJSON();
  }
  const { real } = batch;
  const reply: BatchAnswer = error === undefined ? { real, x, weights } : { real, x, weights, error };
  port!.postMessage(reply, [x.buffer, weights.buffer]);
}

let before = Promise.resolve();
port.on('message', (request: BatchRequest) => {
  before = before.then(() => answer(request));
});
