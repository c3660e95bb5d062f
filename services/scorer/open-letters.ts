import { Settled } from '../dead-letters/settled.js';
import { type PlannedBlocks, subjectOf } from '../dead-letters/subject.js';
import type { Letter } from '../kafka/letters.js';
import type { PlannedFile } from '../kafka/run-state.js';
import type { PlacedBlock } from './scored-blocks.js';

/** An event that is open: its entry in its file, and where its last letter was put. */
export interface OpenEvent<Place> {
  readonly entry: number;
  readonly place: Place;
}

/**
 * Finds out which letters are open at the end of a run, one by one. There may be millions: of each only the place
 * is held where the caller has put it.
 */
export class OpenLetters<Place> {
  readonly #settled: Settled;
  readonly #planned: PlannedBlocks;
  readonly #events = new Map<PlannedFile, Map<number, { readonly offset: number; readonly place: Place }>>();
  readonly #messages = new Map<string, Place>();
  readonly #lost = new Map<string, number>();

  constructor(blocks: readonly PlacedBlock[], planned: PlannedBlocks) {
    this.#settled = new Settled(blocks);
    this.#planned = planned;
  }

  /** @param put puts the letter away as what it is about; called only where it may be open */
  add(letter: Letter, put: (letter: Letter, as: 'event' | 'message') => Place): void {
    const { id, row, offset } = letter;
    const subject = subjectOf(letter, this.#planned);
    if (this.#settled.has(subject)) return;
    if (subject.kind === 'block') this.#lost.set(subject.key, subject.entries);
    if (subject.kind !== 'entry' || row < 0) {
      if (!this.#messages.has(id)) this.#messages.set(id, put(letter, 'message'));
      return;
    }
    const entries = this.#events.get(subject.file) ?? new Map();
    this.#events.set(subject.file, entries);
    const before = entries.get(subject.entry);
    // One that was re-driven and failed again has another letter, further on in the same partition.
    if (before === undefined || offset > before.offset)
      entries.set(subject.entry, { offset, place: put(letter, 'event') });
  }

  /** Events by their files, in the order of their entries; the last letter about each. */
  *events(): Generator<{ readonly file: PlannedFile; readonly events: readonly OpenEvent<Place>[] }> {
    for (const [file, entries] of this.#events) {
      const events = [...entries].map(([entry, { place }]) => ({ entry, place }));
      yield { file, events: events.sort((a, b) => a.entry - b.entry) };
    }
  }

  /** Messages as a whole, each once, in the order of their ids. */
  messages(): Place[] {
    return [...this.#messages].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, place]) => place);
  }

  /** Entries of blocks of which nothing is known but that they are dead letters. */
  get lostEntries(): number {
    return [...this.#lost.values()].reduce((sum, entries) => sum + entries, 0);
  }
}
