import { RmmError } from '../../lib/base/error.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { reasonNames, type SelectionOptions } from '../../lib/physics/selection/index.js';
import { EventWidener } from '../ingest/event-widener.js';
import type { EventFields } from '../ingest/needed.js';
import type { Letter } from '../kafka/letters.js';
import { SelectorOperator } from '../selector/operator.js';
import { type EventsBlock, encodeEvents } from '../wire/events.js';
import type { WireMessage } from '../wire/message.js';
import { type EventRecord, eventOfRecord } from './event-record.js';

/** A repaired event on its way back to the topic events, alone in its message. */
export interface RepairedEvent {
  readonly message: WireMessage;
  /** What the selector will say: selected, the cut that takes it, or why it is a dead letter again. */
  readonly outcome: string;
}

/** The record that the letter of an event holds. @throws letter_not_redrivable */
export function recordOfLetter({ id, event, error }: Letter): EventRecord {
  const record = (event as { readonly record?: unknown } | undefined)?.record;
  if (typeof record === 'object' && record !== null) return record as EventRecord;
  const why = error === undefined ? '' : ` (${error}), and give them whole with --file`;
  throw new RmmError('letter_not_redrivable', `${id} does not hold the event${why}`, {
    context: { letter: id },
  });
}

/**
 * The cut flow of its block has counted the event among the dead letters, so its message is marked late with the
 * reason: downstream it is scored, never trained on, and counted once (decisions.md 21).
 * @throws letter_patch_invalid, letter_not_redrivable
 */
export function repairedEvent(
  letter: Letter,
  record: EventRecord,
  fields: EventFields,
  selection: SelectionOptions,
): RepairedEvent {
  const { id, source, row, reason, median_weight: medianWeight } = letter;
  if (source === undefined || medianWeight === undefined)
    throw new RmmError('letter_not_redrivable', `${id} does not say of which file its event is`, {
      context: { letter: id },
    });
  const { sample, kind, file, fingerprint } = source;
  const late: BlockSource = {
    sample,
    kind,
    file,
    fingerprint,
    first: source.first + row,
    entries: 1,
    late: { countedAs: reason },
  };
  const block: EventsBlock = { source: late, medianWeight, events: eventOfRecord(record, fields) };
  return { message: encodeEvents(block), outcome: outcomeOf(block, selection) };
}

function outcomeOf({ source, medianWeight, events }: EventsBlock, selection: SelectionOptions): string {
  const operator = new SelectorOperator(selection);
  const { selected } = operator.process(new EventWidener().widen(events), source, medianWeight);
  return reasonNames[selected.reason[0]!]!;
}
