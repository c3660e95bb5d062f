import { RmmError } from '../../lib/base/error.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { objectFieldsOf } from '../featurizer/config.js';
import { BlockReader } from '../ingest/block-reader.js';
import { eventFieldsOf } from '../ingest/needed.js';
import type { PlannedFile } from '../kafka/run-state.js';
import type { RunView } from '../kafka/run-view.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';
import { scaledExpectation } from '../scorer/scaled-expectation.js';
import { selectionOf } from '../selector/config.js';
import { encodeEvents } from '../wire/events.js';
import type { WireMessage } from '../wire/message.js';
import { bodyOf } from './letter-body.js';
import type { BookedLetter } from './letter-book.js';
import type { LetterBook } from './open-book.js';
import { recordOfFile, withValues } from './patch.js';
import type { PreparedMessage } from './redrive.js';
import { recordOfLetter, repairedEvent } from './repaired-event.js';
import { scaledAgain } from './scaled-again.js';
import { entriesOfBlock } from './subject.js';
import { type Expectations, faultOf, markedLate, messageAsItWas, messageOfValue } from './whole-message.js';

/** What is to be done about dead letters. */
export interface Remedy {
  /** Values of an event's record, such as "weight=0.5". */
  readonly set: readonly string[];
  /** A patched event as JSON, or the patched bytes of a message. */
  readonly file?: { readonly name: string; readonly bytes: Uint8Array };
  /** Reads the block again from its input file; for one on scaled, from features. */
  readonly fromSource: boolean;
  /** Sends the same bytes again. */
  readonly asItIs: boolean;
  /** The block to read, FILE:FIRST, where the letter cannot say it. */
  readonly block?: string;
}

/** Refuses letters whose entries would count twice. @throws letter_settled */
export function refuseTwice(letters: readonly BookedLetter[], { again }: { readonly again: boolean }): void {
  for (const { letter, state, newer, subject } of letters) {
    const refuse = (what: string) => {
      throw new RmmError('letter_settled', `${letter.id} ${what}`, { context: { letter: letter.id } });
    };
    // The reason of the last letter is the one under which an event is counted.
    if (state === 'superseded' && (subject.kind === 'entry' || !again))
      refuse(`is followed by ${newer}, which is about the same: name that one`);
    if (again) continue;
    if (state === 'settled') refuse('is settled: what it is about was scored or cut since');
    if (state === 're-driven') refuse('was sent again already, and is on its way');
  }
}

/** Makes the messages that go out again. */
export class Remedies {
  readonly #run: RunView;
  readonly #book: LetterBook;
  readonly #expected: Expectations;
  readonly #reader: BlockReader;

  constructor(run: RunView, book: LetterBook) {
    const { config, profile } = run.loaded;
    this.#run = run;
    this.#book = book;
    this.#reader = new BlockReader(run.loaded, run.signal);
    this.#expected = {
      events: eventFieldsOf(config, profile),
      selected: objectFieldsOf(config),
      rows: scaledExpectation(config),
    };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** @param frozen whether the scaler is: a message that comes later is scored only (decisions.md 21) */
  async prepare(booked: BookedLetter, remedy: Remedy, frozen: boolean): Promise<PreparedMessage> {
    const { letter } = booked;
    if (letter.row >= 0) return this.#event(booked, remedy);
    const ways = [remedy.file !== undefined, remedy.fromSource, remedy.asItIs].filter(Boolean).length;
    if (ways !== 1 || remedy.set.length > 0)
      throw refused(booked, 'is a message as a whole: give one of --from-source, --as-it-is and --file');
    if (letter.message === undefined && !remedy.fromSource)
      throw refused(
        booked,
        'is a block that its input file did not give: mend the file and use --from-source',
      );
    const topic = this.#topicOf(booked);
    if (remedy.fromSource) return this.#fromSource(booked, topic, remedy, frozen);
    const value = remedy.file?.bytes ?? (await bodyOf(this.#run, booked));
    const message =
      remedy.file === undefined
        ? messageAsItWas(letter, value)
        : messageOfValue(letter, topic, value, this.#book.planned);
    if (remedy.asItIs && booked.subject.kind === 'foreign')
      throw refused(booked, 'is about no entry of this run, so there is nothing to send again');
    return this.#whole(booked, topic, frozen ? markedLate(message, topic, this.#expected) : message);
  }

  #event(booked: BookedLetter, { set, file, fromSource, asItIs }: Remedy): PreparedMessage {
    const { letter, subject } = booked;
    if (fromSource || (set.length === 0 && file === undefined && !asItIs))
      throw refused(
        booked,
        'is about an event: repair it with --set or --file (--as-it-is sends the same record again)',
      );
    if (subject.kind !== 'entry') throw refused(booked, 'is about no entry of this run');
    const before =
      file === undefined
        ? recordOfLetter(letter)
        : recordOfFile(Buffer.from(file.bytes).toString('utf8'), subject.key, file.name);
    const { loaded } = this.#run;
    const { message, outcome } = repairedEvent(
      letter,
      withValues(before, set),
      this.#expected.events,
      selectionOf(loaded.config),
    );
    return { letter: letter.id, topic: 'events', partition: letter.partition, message, late: true, outcome };
  }

  async #fromSource(
    booked: BookedLetter,
    topic: DataTopic,
    { block }: Remedy,
    frozen: boolean,
  ): Promise<PreparedMessage> {
    const { file, first } = block === undefined ? this.#blockOf(booked) : this.#blockNamed(block);
    if (topic === 'scaled') {
      const { fingerprint } = file;
      const { partition } = booked.letter;
      const again = await scaledAgain(this.#run, partition, { fingerprint, first }, this.#expected.rows);
      return this.#whole(booked, 'scaled', again);
    }
    const message = await this.#reader.read(file, file.firstBlock + first / blockEntries, (found) =>
      encodeEvents(frozen ? { ...found, source: { ...found.source, late: {} } } : found),
    );
    return this.#whole(booked, 'events', message);
  }

  #whole(booked: BookedLetter, topic: DataTopic, message: WireMessage): PreparedMessage {
    const { letter } = booked;
    const most = this.#run.loaded.config.kafka.topics.max_message_bytes;
    const outcome =
      message.value.length > most
        ? 'wire_message_too_large'
        : (faultOf(message, topic, this.#expected)?.code ?? 'taken');
    const late = message.headers.late === 'true';
    return { letter: letter.id, topic, partition: letter.partition, message, late, outcome };
  }

  #topicOf(booked: BookedLetter): DataTopic {
    const { names } = this.#run;
    if (booked.letter.topic === names.input) return 'events';
    const kind = names.kindOf(booked.letter.topic);
    const found = dataTopics.find((topic) => topic === kind);
    if (found === undefined) throw refused(booked, `lay on ${booked.letter.topic}, which carries no events`);
    return found;
  }

  #blockOf(booked: BookedLetter): { readonly file: PlannedFile; readonly first: number } {
    const { subject } = booked;
    if (subject.kind === 'block') return subject;
    throw refused(
      booked,
      subject.kind === 'entry'
        ? 'is about one event that was sent again: --as-it-is or --file'
        : 'does not say which block it was: name it with --block FILE:FIRST (`rmmstream ledger` shows what is missing)',
    );
  }

  #blockNamed(block: string): { readonly file: PlannedFile; readonly first: number } {
    const cut = block.lastIndexOf(':');
    const first = Number(block.slice(cut + 1));
    const { files } = this.#run.view.state;
    const file = files.find(({ name }) => name === block.slice(0, Math.max(0, cut)));
    const fits = cut > 0 && Number.isSafeInteger(first) && first >= 0 && first % blockEntries === 0;
    if (file !== undefined && fits && first < file.entries && entriesOfBlock(file, first) > 0)
      return { file, first };
    throw new RmmError(
      'letter_not_redrivable',
      `--block ${block} names no block of this run: expected FILE:FIRST with a file of the run and a first entry that is a multiple of ${blockEntries}`,
    );
  }
}

function refused({ letter }: BookedLetter, what: string): RmmError {
  return new RmmError('letter_not_redrivable', `${letter.id} ${what}`, { context: { letter: letter.id } });
}
