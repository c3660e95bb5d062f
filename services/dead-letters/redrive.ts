import { RmmError } from '../../lib/base/error.js';
import type { RecordOf } from '../kafka/progress-records.js';
import { progressMessage } from '../kafka/progress-records.js';
import type { RunView } from '../kafka/run-view.js';
import type { DataTopic } from '../kafka/topics.js';
import { controlOutputs, dataOutputs } from '../kafka/topics.js';
import type { WireMessage } from '../wire/message.js';
import { withEvent } from './letter-body.js';
import type { BookedLetter } from './letter-book.js';
import { type LetterBook, letterOf, openBook } from './open-book.js';
import { Remedies, type Remedy, refuseTwice } from './remedies.js';
import { type LetterSubject, nameOfSubject } from './subject.js';

export interface RedriveRequest extends Remedy {
  /** Ids of dead letters, with or without the prefix of the topic. */
  readonly ids: readonly string[];
  /** Sends even what was sent again or has come through already. */
  readonly again: boolean;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
}

/** A message that is ready to go. */
export interface PreparedMessage {
  readonly letter: string;
  readonly topic: DataTopic;
  readonly partition: number;
  readonly message: WireMessage;
  /** Whether its rows are scored only (decisions.md 21). */
  readonly late: boolean;
  /** What the stage that reads it will say: `taken`, what becomes of the event, or the code of an error. */
  readonly outcome: string;
}

export interface Redriven extends Omit<PreparedMessage, 'message'> {
  /** Where it lies now; undefined in a dry run. */
  readonly offset: number | undefined;
}

/**
 * Sends what dead letters hold again: repaired messages and the record of each on `progress`, all or nothing. The
 * record moves the ends that are on record, so a bounded run that had ended is open again.
 * @throws letter_unknown, letter_settled, letter_patch_invalid, letter_not_redrivable, letter_body_gone
 */
export async function redrive(run: RunView, request: RedriveRequest): Promise<Redriven[]> {
  const book = await openBook(run);
  const found = request.ids.map((id) => letterOf(book, id, run.names.prefix));
  refuseTwice(found, request);
  const letters: BookedLetter[] = [];
  for (const booked of found) letters.push(await withEvent(run, booked));
  const remedies = new Remedies(run, book);
  try {
    for (;;) {
      const frozen = run.view.state.scaler !== undefined;
      const prepared: PreparedMessage[] = [];
      for (const letter of letters) prepared.push(await remedies.prepare(letter, request, frozen));
      refuseSameBlock(prepared);
      if (!request.again) refuseScored(prepared, book);
      if (request.dryRun) return prepared.map((one) => withoutMessage(one, undefined));
      const refuse = () => {
        if (!request.again) refuseOvertaken(run, book, letters);
      };
      const offsets = await send(run, book, prepared, frozen, refuse);
      if (offsets !== undefined) return prepared.map((one, place) => withoutMessage(one, offsets[place]));
    }
  } finally {
    await remedies.close();
  }
}

/**
 * Offsets of the messages; undefined where the scaler was frozen meanwhile, and nothing was sent.
 * @param refuse looks at what is on record once nobody else can send: there is one producer of this name
 */
async function send(
  { client, names, view, signal }: RunView,
  { end }: LetterBook,
  prepared: readonly PreparedMessage[],
  frozen: boolean,
  refuse: () => void,
): Promise<readonly number[] | undefined> {
  const producer = await client.producer(names.transactionalId('redrive'), {
    outputs: [...dataOutputs(names, view.state.partitions), ...controlOutputs(names)],
  });
  const overtaken = new RmmError('interrupted', 'the scaler was frozen meanwhile');
  try {
    return await producer.transaction(async (transaction) => {
      const offsets: number[] = [];
      const records: RecordOf<'redriven'>[] = [];
      for (const { letter, topic, partition, message } of prepared) {
        const offset = (await transaction.send(names.topic(topic), partition, [message])) - 1;
        offsets.push(offset);
        records.push({ type: 'redriven', letter, topic, partition, offset, letters: end });
      }
      // Before our own records, behind which nothing can be read until they are committed.
      await view.catchUp(signal);
      signal.throwIfAborted();
      refuse();
      if (!frozen && view.state.scaler !== undefined) throw overtaken;
      await transaction.send(names.topic('progress'), 0, records.map(progressMessage));
      return offsets;
    });
  } catch (error) {
    if (error === overtaken) return undefined;
    throw error;
  } finally {
    await producer.close();
  }
}

/** Refuses what somebody else has sent again since the letters were read. @throws letter_settled */
function refuseOvertaken(
  { view }: RunView,
  { letters: all, redrives }: LetterBook,
  letters: readonly BookedLetter[],
): void {
  const sent = new Set(view.state.redrives.slice(redrives).map(({ letter }) => letter));
  if (sent.size === 0) return;
  const subjects = new Set(
    all.filter(({ letter }) => sent.has(letter.id)).map(({ subject }) => nameOfSubject(subject)),
  );
  const overtaken = letters.find(({ subject }) => subjects.has(nameOfSubject(subject)));
  if (overtaken === undefined) return;
  const { id } = overtaken.letter;
  throw new RmmError('letter_settled', `${id} was sent again meanwhile by somebody else`, {
    context: { letter: id },
  });
}

/** A letter that cannot say which block it is about is sent again as whichever block it is said to be. */
function refuseScored(prepared: readonly PreparedMessage[], { settled }: LetterBook): void {
  const scored = prepared.find(({ message }) => settled.has(subjectOfMessage(message)));
  if (scored === undefined) return;
  const { letter, message } = scored;
  throw new RmmError(
    'letter_settled',
    `${letter} would go out as ${message.headers.file}:${message.headers.first}, which is scored already; \`rmmstream ledger\` names the block that is missing`,
    { context: { letter } },
  );
}

function subjectOfMessage({ key, headers }: WireMessage): Pick<LetterSubject, 'kind' | 'key'> {
  return { kind: headers.late_counted_as === undefined ? 'block' : 'entry', key };
}

function refuseSameBlock(prepared: readonly PreparedMessage[]): void {
  const seen = new Map<string, string>();
  for (const { letter, message } of prepared) {
    const name = nameOfSubject(subjectOfMessage(message));
    const before = seen.get(name);
    if (before !== undefined) {
      throw new RmmError(
        'letter_settled',
        `${before} and ${letter} are about the same entries, which would count twice; name one of them`,
        { context: { letter } },
      );
    }
    seen.set(name, letter);
  }
}

function withoutMessage({ message: _, ...rest }: PreparedMessage, offset: number | undefined): Redriven {
  return { ...rest, offset };
}
