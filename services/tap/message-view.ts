import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import type { DataTopic, TopicKind } from '../kafka/topics.js';
import { openMessage } from '../wire/message.js';
import { topicSchemas } from '../wire/schemas.js';
import { eventsOfBatch, type TapEvent } from './values.js';

/** What a message holds, as far as it can be read. */
export type TapContent =
  | {
      readonly kind: 'block';
      readonly rows: number;
      readonly entries: number;
      readonly events: readonly TapEvent[];
    }
  | { readonly kind: 'json'; readonly json: unknown }
  /** Parts of files, moments: not for people. */
  | { readonly kind: 'bytes' }
  /** A deleted key of a compacted topic. */
  | { readonly kind: 'deleted' }
  | { readonly kind: 'unusable'; readonly code: string; readonly problem: string };

/** A message as `rmmstream tap` shows it. */
export interface MessageView {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly bytes: number;
  /** Foreign text under foreign names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: TapContent;
}

/**
 * Opens a message as the stages do, with every check; what they could not use is shown with why.
 * @param mostEvents of a block
 */
export function viewMessage(
  kind: TopicKind,
  place: { readonly topic: string; readonly partition: number },
  message: FetchedMessage,
  mostEvents: number,
): MessageView {
  const { offset, timestampMs, key, value, headers } = message;
  return {
    ...place,
    offset,
    timestampMs,
    key,
    bytes: value?.length ?? 0,
    headers,
    content: contentOf(kind, message, mostEvents),
  };
}

function contentOf(kind: TopicKind, message: FetchedMessage, mostEvents: number): TapContent {
  const { value, unreadable } = message;
  if (unreadable !== undefined)
    return { kind: 'unusable', code: 'wire_batch_unreadable', problem: unreadable };
  const schema = topicSchemas.find(({ topic }) => topic === (kind as DataTopic));
  if (schema !== undefined) {
    try {
      const { source, batch } = openMessage(schema, message);
      const events = eventsOfBatch(batch, mostEvents);
      return { kind: 'block', rows: batch.rows, entries: source.entries, events };
    } catch (error) {
      if (!(error instanceof RmmError)) throw error;
      return { kind: 'unusable', code: error.code, problem: error.message };
    }
  }
  if (value === null) return { kind: 'deleted' };
  // Parts of files carry any bytes; records, letters and indexes are JSON.
  if (kind !== 'progress' && kind !== 'dead-letters' && message.headers.get('part') !== 'index')
    return { kind: 'bytes' };
  try {
    return { kind: 'json', json: JSON.parse(Buffer.from(value).toString('utf8')) };
  } catch (error) {
    return {
      kind: 'unusable',
      code: 'wire_message_invalid',
      problem: `it is not JSON: ${(error as Error).message}`,
    };
  }
}
