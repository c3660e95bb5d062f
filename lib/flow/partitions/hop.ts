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
import { openFeed, type PartitionFeed } from './partition-feed.js';
import type { Tenure } from './partition-runner.js';

/** What became of one message. */
export interface HopResult {
  /** The one message that goes on; undefined where it became a dead letter. */
  readonly out: OutgoingMessage | undefined;
  readonly deadLetters: readonly OutgoingMessage[];
  readonly eventsIn: number;
  readonly eventsOut: number;
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
  /** Partition of the output topic; by default that of the input. */
  readonly outputPartition?: (partition: number) => number;
  /** Resolves when messages of the partition may be taken; a stage may have to wait for a scaler or a model. */
  readonly gate?: (signal: AbortSignal) => Promise<void>;
  /** Called after every look at the input; writes the end of the output where the input's was reached. */
  readonly settle: (at: HopPosition, tenure: Tenure) => Promise<void>;
  readonly observe?: HopObserver;
}

/** Hears of the work, once for each transaction. */
export interface HopObserver {
  readonly looked?: (partition: number, position: number, end: number, oldestMs: number | undefined) => void;
  readonly committed?: (
    partition: number,
    results: readonly HopResult[],
    bytesIn: number,
    seconds: number,
  ) => void;
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
        options.observe?.looked?.(
          partition,
          messages[0]?.offset ?? nextOffset,
          endOffset,
          messages[0]?.timestampMs || undefined,
        );
        for (let from = 0; from < messages.length && !signal.aborted; from += options.transactionMessages)
          at = await pass(messages.slice(from, from + options.transactionMessages), at, tenure, options);
        if (signal.aborted) return;
        at = { ...at, input: Math.max(at.input, nextOffset) };
        await options.settle(at, tenure);
        // Nothing waits: whatever failed before is over.
        if (nextOffset >= endOffset) tenure.progressed();
      }
    } finally {
      await feed.close();
    }
  };
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

/** Takes messages through the stage and writes what came of them, with the new position, as one. */
async function pass(
  messages: readonly FetchedMessage[],
  before: HopPosition,
  tenure: Tenure,
  options: HopOptions,
): Promise<HopPosition> {
  const { partition, producer } = tenure;
  const startedMs = options.nowMs();
  const results: HopResult[] = [];
  const out: OutgoingMessage[] = [];
  let at = before;
  let bytesIn = 0;
  for (const message of messages) {
    const result = await options.process(message, partition);
    results.push(result);
    bytesIn += message.value?.length ?? 0;
    at = {
      ...at,
      input: message.offset + 1,
      read: at.read + 1,
      written: at.written + (result.out === undefined ? 0 : 1),
      eventsIn: at.eventsIn + result.eventsIn,
      eventsOut: at.eventsOut + result.eventsOut,
    };
    if (result.out !== undefined) out.push(withPosition(result.out, message.offset, at));
  }
  const outputPartition = options.outputPartition?.(partition) ?? partition;
  const position = await producer.transaction(async (transaction) => {
    let end = at.output;
    for (const part of byBytes(out, options.requestBytes))
      end = (await transaction.send(options.outputTopic, outputPartition, part)) + part.length;
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
  tenure.progressed();
  options.observe?.committed?.(partition, results, bytesIn, (options.nowMs() - startedMs) / 1000);
  return position;
}

async function sendDeadLetters(
  transaction: Transaction,
  results: readonly HopResult[],
  { deadLetterTopic, requestBytes }: HopOptions,
): Promise<void> {
  const dead = results.flatMap(({ deadLetters }) => deadLetters);
  for (const part of byBytes(dead, requestBytes)) await transaction.send(deadLetterTopic, 0, part);
}

function withPosition(message: OutgoingMessage, input: number, at: HopPosition): OutgoingMessage {
  const headers = {
    ...message.headers,
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
