import type { FetchedMessage, KafkaClient, OutgoingMessage, Transaction } from '../../kafka/client.js';
import {
  type HopPosition,
  inputOffsetHeader,
  positionHeader,
  positionMetadata,
  positionOf,
  recoverPosition,
  startPosition,
} from './hop-position.js';
import { ingestTimeHeader, ingestTimeOf } from './ingest-time.js';
import { openFeed, type PartitionFeed } from './partition-feed.js';
import type { Tenure } from './partition-runner.js';

/** What became of one message. */
export interface HopResult {
  /** The one message that goes on; undefined where it became a dead letter. */
  readonly out: OutgoingMessage | undefined;
  readonly deadLetters: readonly OutgoingMessage[];
  readonly eventsIn: number;
  readonly eventsOut: number;
  /** Bytes taken in, where that is not the value of the message. */
  readonly bytesIn?: number;
  /** Events that go no further, by the reason. */
  readonly rejected?: ReadonlyMap<string, number>;
}

export interface HopOptions {
  readonly client: KafkaClient;
  readonly group: string;
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly deadLetterTopic: string;
  /** One message through the stage; throws only what must end the service. */
  readonly process: (message: FetchedMessage, partition: number) => HopResult | Promise<HopResult>;
  readonly fetchBytes: number;
  readonly maxWaitMs: number;
  /** Most messages of one transaction. */
  readonly transactionMessages: number;
  /** Most bytes of one request: a topic's largest batch. */
  readonly requestBytes: number;
  readonly nowMs: () => number;
  /** What the stage takes in, where that is not its input topic. */
  readonly feed?: (partition: number, offset: number, signal: AbortSignal) => PartitionFeed;
  /** The time that messages get on their way, in the stage that reads their events; others give it on. */
  readonly ingestedMs?: () => number;
  /** Partition of the output topic; by default that of the input. */
  readonly outputPartition?: (partition: number) => number;
  /** Resolves when messages of the partition may be taken; a stage may have to wait for a scaler or a model. */
  readonly gate?: (signal: AbortSignal) => Promise<void>;
  /** Called after every look at the input; writes the end of the output where the input's was reached. */
  readonly settle: (at: HopPosition, tenure: Tenure) => Promise<void>;
  readonly observe?: HopObserver;
}

/** Messages that went through the stage as one. */
export interface HopWork {
  readonly results: readonly HopResult[];
  readonly bytesIn: number;
  /** What the stage itself took. */
  readonly busySeconds: number;
  /** From the beginning of the transaction to its end. */
  readonly transactionSeconds: number;
}

/** Hears of the work, once for each transaction. */
export interface HopObserver {
  readonly looked?: (partition: number, position: number, end: number, oldestMs: number | undefined) => void;
  /** What of a partition is held in memory from now on. */
  readonly held?: (partition: number, messages: number, bytes: number) => void;
  readonly committed?: (partition: number, work: HopWork) => void;
  readonly aborted?: (partition: number, transactionSeconds: number) => void;
}

/** Consume, transform, produce: the body of a stage that takes one topic to another, partition by partition. */
export function hopBody(options: HopOptions): (tenure: Tenure) => Promise<void> {
  return async (tenure) => {
    const { partition, signal, committed } = tenure;
    let at = committed === undefined ? await recovered(options, partition, signal) : positionOf(committed);
    await options.gate?.(signal);
    if (signal.aborted) return;
    const feed =
      options.feed?.(partition, at.input, signal) ??
      openFeed(options.client.reader(options.inputTopic, partition), at.input, options);
    try {
      while (!signal.aborted) {
        const { messages, nextOffset, endOffset } = await feed.next();
        if (signal.aborted) return;
        options.observe?.looked?.(
          partition,
          messages[0]?.offset ?? nextOffset,
          endOffset,
          messages[0]?.timestampMs,
        );
        if (feed.isPlan !== true) options.observe?.held?.(partition, messages.length, bytesOf(messages));
        for (let from = 0; from < messages.length && !signal.aborted; from += options.transactionMessages) {
          const part = messages.slice(from, from + options.transactionMessages);
          at = await pass(part, at, tenure, options, feed.isPlan === true);
        }
        if (signal.aborted) return;
        options.observe?.held?.(partition, 0, 0);
        at = { ...at, input: Math.max(at.input, nextOffset) };
        await options.settle(at, tenure);
        // Nothing waits: whatever failed before is over.
        if (nextOffset >= endOffset) tenure.progressed();
      }
    } finally {
      options.observe?.held?.(partition, 0, 0);
      await feed.close();
    }
  };
}

function bytesOf(messages: readonly Pick<FetchedMessage, 'value'>[]): number {
  return messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

async function recovered(options: HopOptions, partition: number, signal: AbortSignal): Promise<HopPosition> {
  // A shared output partition cannot say where one of several inputs was; such a stage must bear repetition.
  if (options.outputPartition !== undefined) return startPosition;
  const output = options.client.reader(options.outputTopic, partition);
  try {
    return await recoverPosition(options.client.admin, output, options.fetchBytes, signal);
  } finally {
    await output.close();
  }
}

/**
 * Takes messages through the stage and writes what came of them, with the new position, as one.
 * @param isPlan only what came of them is in memory
 */
async function pass(
  messages: readonly FetchedMessage[],
  before: HopPosition,
  tenure: Tenure,
  options: HopOptions,
  isPlan: boolean,
): Promise<HopPosition> {
  const { partition } = tenure;
  const startedMs = options.nowMs();
  const results: HopResult[] = [];
  const out: OutgoingMessage[] = [];
  let at = before;
  for (const message of messages) {
    const result = await options.process(message, partition);
    results.push(result);
    at = {
      ...at,
      input: message.offset + 1,
      read: at.read + 1,
      written: at.written + (result.out === undefined ? 0 : 1),
      eventsIn: at.eventsIn + result.eventsIn,
      eventsOut: at.eventsOut + result.eventsOut,
    };
    const ingestedMs = options.ingestedMs?.() ?? ingestTimeOf(message.headers);
    if (result.out !== undefined) out.push(withHeaders(result.out, message.offset, at, ingestedMs));
    if (isPlan) options.observe?.held?.(partition, out.length, bytesOf(out));
  }
  const processedMs = options.nowMs();
  const seconds = () => (options.nowMs() - processedMs) / 1000;
  const position = await write(out, results, at, tenure, options).catch((error: unknown) => {
    options.observe?.aborted?.(partition, seconds());
    throw error;
  });
  tenure.progressed();
  options.observe?.committed?.(partition, {
    results,
    bytesIn: bytesOf(messages),
    busySeconds: (processedMs - startedMs) / 1000,
    transactionSeconds: seconds(),
  });
  return position;
}

/** What came of messages and the position behind them, in one transaction; the position with the end of the output. */
function write(
  out: readonly OutgoingMessage[],
  results: readonly HopResult[],
  at: HopPosition,
  { partition, producer }: Tenure,
  options: HopOptions,
): Promise<HopPosition> {
  const outputPartition = options.outputPartition?.(partition) ?? partition;
  return producer.transaction(async (transaction) => {
    let end = at.output;
    for (const part of byBytes(out, options.requestBytes))
      end = await transaction.send(options.outputTopic, outputPartition, part);
    await sendDeadLetters(transaction, results, options);
    const position = { ...at, output: end };
    await transaction.commitOffset({
      group: options.group,
      topic: options.inputTopic,
      partition,
      offset: position.input,
      metadata: positionMetadata(position),
    });
    return position;
  });
}

async function sendDeadLetters(
  transaction: Transaction,
  results: readonly HopResult[],
  { deadLetterTopic, requestBytes }: HopOptions,
): Promise<void> {
  const dead = results.flatMap(({ deadLetters }) => deadLetters);
  for (const part of byBytes(dead, requestBytes)) await transaction.send(deadLetterTopic, 0, part);
}

function withHeaders(
  message: OutgoingMessage,
  input: number,
  at: HopPosition,
  ingestedMs: number | undefined,
): OutgoingMessage {
  const headers = {
    ...message.headers,
    ...(ingestedMs === undefined ? {} : { [ingestTimeHeader]: String(Math.round(ingestedMs)) }),
    [inputOffsetHeader]: String(input),
    [positionHeader]: positionMetadata(at),
  };
  return { ...message, headers };
}

/** Cuts messages into parts that fit one request each; a message that is larger alone goes alone. */
export function byBytes(messages: readonly OutgoingMessage[], limit: number): OutgoingMessage[][] {
  const parts: OutgoingMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = (message.value?.length ?? 0) + 1024;
    if (bytes + size > limit) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(message);
    bytes += size;
  }
  return parts;
}
