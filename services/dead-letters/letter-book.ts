import type { RecordOf } from '../kafka/progress-records.js';
import type { StoredLetter } from './read-letters.js';
import type { Settled } from './settled.js';
import { type LetterSubject, nameOfSubject, type PlannedBlocks, subjectOf } from './subject.js';

/**
 * How a dead letter stands.
 * - open: what it is about is in no other place.
 * - re-driven: it was sent again, and nothing came back so far.
 * - settled: what it is about was scored or cut since.
 * - superseded: a later letter is about the same.
 * - foreign: it is about no entry of the run.
 */
export const letterStates = ['open', 're-driven', 'settled', 'superseded', 'foreign'] as const;
export type LetterState = (typeof letterStates)[number];

export interface BookedLetter extends StoredLetter {
  readonly subject: LetterSubject;
  readonly state: LetterState;
  /** Id of the later letter, where it is superseded. */
  readonly newer?: string;
}

type Redriven = RecordOf<'redriven'>;

/** @param settled what is known to have come through; without it a letter that was re-driven stays `re-driven` */
export function bookLetters(
  letters: readonly StoredLetter[],
  redrives: readonly Redriven[],
  planned: PlannedBlocks,
  settled: Settled,
): BookedLetter[] {
  const subjects = new Map(letters.map(({ letter }) => [letter.id, subjectOf(letter, planned)]));
  const last = new Map<string, Redriven>();
  for (const redriven of redrives) {
    const subject = subjects.get(redriven.letter);
    if (subject !== undefined) last.set(nameOfSubject(subject), redriven);
  }
  const newest = new Map<string, StoredLetter>();
  for (const stored of letters) {
    const name = nameOfSubject(subjects.get(stored.letter.id)!);
    if (isAnswered(stored, last.get(name))) continue;
    const before = newest.get(name);
    if (before === undefined || stored.at > before.at) newest.set(name, stored);
  }
  return letters.map((stored): BookedLetter => {
    const subject = subjects.get(stored.letter.id)!;
    const booked = (state: LetterState) => ({ ...stored, subject, state });
    if (settled.has(subject)) return booked('settled');
    const later = newest.get(nameOfSubject(subject));
    if (later === undefined) return booked('re-driven');
    if (later.letter.id !== stored.letter.id) return { ...booked('superseded'), newer: later.letter.id };
    return booked(subject.kind === 'foreign' ? 'foreign' : 'open');
  });
}

/** Whether a letter is older than what was sent again; a later one says that this failed as well. */
function isAnswered({ letter, at }: StoredLetter, redriven: Redriven | undefined): boolean {
  if (redriven === undefined) return false;
  if (at < redriven.letters || letter.id === redriven.letter) return true;
  // Its block as a whole was sent again, and the event in it failed as before: that is no failure of the event alone.
  return letter.row >= 0 && letter.source?.late?.countedAs === undefined;
}
