import { RmmError } from '../../lib/base/error.js';
import { type HopOptions, type HopResult, hopBody } from '../../lib/flow/partitions/hop.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { requestBytesOf, type ServiceContext, settleEnd } from './context.js';
import { letterMessage, wholeLetter } from './letters.js';
import { partitionedPart, type ServicePart } from './service-part.js';
import { StageView } from './stage-view.js';
import { type HopStage, stages } from './stages.js';

/** How a stage takes one topic to another. */
export interface StageHop {
  readonly stage: HopStage;
  /** One message through the stage; an error of the data makes it a dead letter. */
  readonly process: (message: FetchedMessage, partition: number) => HopResult | Promise<HopResult>;
  readonly gate?: HopOptions['gate'];
  readonly feed?: HopOptions['feed'];
  readonly outputPartition?: HopOptions['outputPartition'];
  /** Where the stage's input ends; by default as the record of the topic's end says. */
  readonly endOfInput?: (partition: number) => number | undefined;
}

/** How long a read waits at the broker for something new. */
export const maxWaitMs = 250;

/** A stage as a part of its service. */
export function stageHopPart(context: ServiceContext, hop: StageHop): ServicePart {
  const { client, names, loaded, view: progress, tools } = context;
  const { kafka } = loaded.config;
  const { stage } = hop;
  const view = new StageView(context, stage);
  const { topic } = stage;
  const endOfInput = hop.endOfInput ?? ((partition: number) => progress.state.end(topic, partition)?.offset);
  const body = hopBody({
    client,
    group: names.group(stage.role),
    inputTopic: names.topic(topic),
    outputTopic: names.topic(stage.writes),
    deadLetterTopic: names.topic('dead-letters'),
    process: (message, partition) => guarded(context, hop, message, partition),
    fetchBytes: kafka.fetch_bytes,
    maxWaitMs,
    transactionMessages: kafka.transaction_messages,
    requestBytes: requestBytesOf(context),
    nowMs: () => tools.clock.steadyMs(),
    ...(hop.gate === undefined ? {} : { gate: hop.gate }),
    ...(hop.feed === undefined ? {} : { feed: hop.feed }),
    ...(hop.outputPartition === undefined ? {} : { outputPartition: hop.outputPartition }),
    ...(stage === stages.ingest ? { ingestedMs: () => tools.clock.wallMs() } : {}),
    settle: (at, tenure) => settleEnd(context, stage.makes, endOfInput(tenure.partition), at, tenure),
    observe: view.hopObserver,
  });
  return partitionedPart(context, stage, view, body, (partition) => [
    { topic: names.topic(stage.writes), partition: hop.outputPartition?.(partition) ?? partition },
  ]);
}

/** Makes a dead letter of a message whose data are at fault; anything else ends the service. */
async function guarded(
  { names, loaded }: ServiceContext,
  { stage, process, feed }: StageHop,
  message: FetchedMessage,
  partition: number,
): Promise<HopResult> {
  const { max_message_bytes: mostBytes } = loaded.config.kafka.topics;
  try {
    refuseTooLarge(message, mostBytes);
    return await process(message, partition);
  } catch (error) {
    // What ingest reads are files: a fault of theirs is said to the person who gave them.
    if (!(error instanceof RmmError) || error.domain !== 'data' || feed !== undefined) throw error;
    if (!stage.tellsFaults) return { out: undefined, deadLetters: [], eventsIn: 0, eventsOut: 0 };
    const place = { topic: names.topic(stage.topic), partition };
    const letter = wholeLetter(message, place, stage.role, error, mostBytes);
    return {
      out: undefined,
      deadLetters: [letterMessage(letter)],
      eventsIn: letter.source?.entries ?? 0,
      eventsOut: 0,
    };
  }
}

/** @throws wire_message_too_large */
export function refuseTooLarge({ value, offset }: FetchedMessage, most: number): void {
  if (value === null || value.length <= most) return;
  throw new RmmError(
    'wire_message_too_large',
    `the message at offset ${offset} has ${value.length} bytes, more than kafka.topics.max_message_bytes (${most})`,
    { context: { offset, bytes: value.length } },
  );
}
