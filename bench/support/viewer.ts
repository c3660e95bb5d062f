import { setTimeout as wait } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

/** What a viewer is told: the stream of a live page, and where it counts what it is sent. */
export interface ViewerData {
  readonly url: string;
  /** Frames and bytes. */
  readonly seen: Float64Array;
}

// A thread of its own: whoever measures waits for the run. It takes what a page takes, and shows nothing.
const { url, seen } = workerData as ViewerData;
const text = new TextDecoder();
for (;;) {
  try {
    const { body } = await fetch(url);
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      seen[0]! += text.decode(part).split('data: {').length - 1;
      seen[1]! += part.length;
    }
  } catch {
    // Before the run begins to serve, and after its end.
  }
  await wait(200);
}
