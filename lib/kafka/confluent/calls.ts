import { Backoff } from '../../base/backoff.js';
import { RmmError } from '../../base/error.js';
import type { KafkaConnection } from '../client.js';
import { closedHere } from '../failures.js';
import type { Notes } from '../notes.js';
import { inTime } from '../waiting.js';
import type { RdkafkaConsumer, RdkafkaError, RdkafkaProducer } from './binding.js';
import { rdkafkaCode, rdkafkaCodeOf, rdkafkaFailure } from './rdkafka-failure.js';

type Done = (error: RdkafkaError | null | undefined, result?: unknown) => void;

const firstPauseMs = 5;
const mostPauseMs = 250;
/** A call that is over its time by so much is given up. */
export const graceMs = 3000;
/** How long a client waits for librdkafka when it is taken down. */
const closeMs = 5000;

export interface Patience {
  /** After which the last failure is thrown. */
  readonly patienceMs: number;
  /** Longest time of a single call, which holds one of the few threads that Node has for files and names too. */
  readonly callMs: number;
}

function once(call: (done: Done) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

/** The calls to one client of librdkafka; it must not be taken down under any of them. */
export class Calls {
  readonly #graceMs: number;
  /** One for each call that has not ended; they never fail. */
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(grace = graceMs) {
    this.#graceMs = grace;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Makes a call until it succeeds, fails for good or the patience ends.
   * @throws kafka_closed, and what the call fails with
   */
  async make(
    doing: string,
    { patienceMs, callMs }: Patience,
    call: (timeoutMs: number, done: Done) => unknown,
  ): Promise<void> {
    const deadline = performance.now() + patienceMs;
    const backoff = new Backoff(firstPauseMs, mostPauseMs);
    for (;;) {
      if (this.#isClosed) throw closedHere(doing);
      const timeoutMs = Math.ceil(Math.max(1, Math.min(callMs, deadline - performance.now())));
      try {
        await this.#once(doing, timeoutMs, (done) => call(timeoutMs, done));
        return;
      } catch (error) {
        const pauseMs = backoff.next();
        if (!mayRepeat(error) || performance.now() + pauseMs > deadline) throw rdkafkaFailure(error, doing);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  /** librdkafka may stay in a call for ever (its issue 5456: a time-out that nobody looks at). */
  async #once(doing: string, timeoutMs: number, call: (done: Done) => unknown): Promise<void> {
    const calling = once(call);
    const ended: Promise<unknown> = calling.catch(() => undefined).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
    if (!(await inTime(ended, timeoutMs + this.#graceMs)))
      throw new RmmError('kafka_unreachable', `${doing}: librdkafka did not come back in ${timeoutMs} ms`);
    await calling;
  }

  /** Takes the client down, now or as soon as it comes back from its calls. */
  async close(client: { disconnect(done: Done): unknown }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const down = Promise.all(this.#running).then(() =>
      once((done) => client.disconnect(done)).catch(() => undefined),
    );
    await inTime(down, closeMs);
  }
}

function mayRepeat(error: unknown): boolean {
  if (error instanceof RmmError) return false;
  const { isRetriable, isFatal, isTxnRequiresAbort } = error as Partial<RdkafkaError>;
  if (isFatal === true || isTxnRequiresAbort === true) return false;
  return isRetriable === true || rdkafkaCodeOf(error) === rdkafkaCode.timedOut;
}

/**
 * Told elsewhere: the connections of the other client are lost and found at the same time, and say so once; and
 * whoever uses a producer that was taken over is told so. The package hands on the text of an event alone.
 */
const toldElsewhere =
  /transport failure|timed out|connections are down|resolution failure|fenced by a newer instance/i;

/** Starts a client of librdkafka; it connects by itself from then on, again and again. */
export async function start(
  client: RdkafkaConsumer | RdkafkaProducer,
  { requestTimeoutMs }: KafkaConnection,
  notes: Notes,
  doing: string,
): Promise<void> {
  client.on('event.error', ({ message }) => {
    if (!toldElsewhere.test(message)) notes.say(`librdkafka: ${message}`);
  });
  const timeout = Math.min(10_000, requestTimeoutMs);
  try {
    await once((done) => client.connect({ timeout, allTopics: false }, done));
  } catch (error) {
    throw rdkafkaFailure(error, doing);
  }
}
