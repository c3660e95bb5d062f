import { Backoff } from '../backoff.js';
import type { KafkaConnection } from '../client.js';
import type { Notes } from '../notes.js';
import type { RdkafkaConsumer, RdkafkaError, RdkafkaProducer } from './binding.js';
import { rdkafkaCode, rdkafkaCodeOf, rdkafkaFailure } from './rdkafka-failure.js';

type Done = (error: RdkafkaError | null | undefined, result?: unknown) => void;

/**
 * Each call holds one of the few threads that Node has for files and names too, for as long as it lasts. So none
 * lasts longer than this; what takes longer is asked again.
 */
const longestCallMs = 1000;
const firstPauseMs = 5;
const mostPauseMs = 250;

/** A call of the package as a promise. @throws what it calls back with, as ours */
export async function called(doing: string, call: (done: Done) => unknown): Promise<void> {
  try {
    await once(call);
  } catch (error) {
    throw rdkafkaFailure(error, doing);
  }
}

function once(call: (done: Done) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

/**
 * A call that librdkafka goes on with when it is made again, until it succeeds, fails for good or `patienceMs`
 * are over.
 */
export async function patiently(
  doing: string,
  patienceMs: number,
  call: (timeoutMs: number, done: Done) => unknown,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const backoff = new Backoff(firstPauseMs, mostPauseMs);
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(longestCallMs, deadline - performance.now()));
    try {
      await once((done) => call(Math.ceil(timeoutMs), done));
      return;
    } catch (error) {
      const { isRetriable, isFatal } = error as Partial<RdkafkaError>;
      const isLate = rdkafkaCodeOf(error) === rdkafkaCode.timedOut;
      const pauseMs = backoff.next();
      if (isFatal === true || !(isRetriable === true || isLate) || performance.now() + pauseMs > deadline)
        throw rdkafkaFailure(error, doing);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/**
 * Told elsewhere: the connections of the other client are lost and found at the same time, and say so once. The
 * package hands on the text of an event alone.
 */
const lostConnection = /transport failure|timed out|connections are down|resolution failure/i;

/** Starts a client of librdkafka; it connects by itself from then on, again and again. */
export async function start(
  client: RdkafkaConsumer | RdkafkaProducer,
  { requestTimeoutMs }: KafkaConnection,
  notes: Notes,
  doing: string,
): Promise<void> {
  client.on('event.error', ({ message }) => {
    if (!lostConnection.test(message)) notes.say(`librdkafka: ${message}`);
  });
  const timeout = Math.min(10_000, requestTimeoutMs);
  await called(doing, (done) => client.connect({ timeout, allTopics: false }, done));
}
