import { existsSync } from 'node:fs';
import { RmmError } from '../../lib/base/error.js';
import { nearest } from '../../lib/config/index.js';
import { kafkaLayoutOf, readClaim } from '../kafka/claim-directory.js';
import type { RunView } from '../kafka/run-view.js';
import { readBlockLists } from '../scorer/block-list.js';
import { type BookedLetter, bookLetters } from './letter-book.js';
import { readLetters } from './read-letters.js';
import { Settled } from './settled.js';
import { PlannedBlocks } from './subject.js';

export interface LetterBook {
  readonly letters: readonly BookedLetter[];
  readonly planned: PlannedBlocks;
  /** What is known to have come through. */
  readonly settled: Settled;
  /** End of dead-letters as it was read. */
  readonly end: number;
  /** How often something had been sent again by then. */
  readonly redrives: number;
}

/** Every dead letter of a run and how it stands, without the events themselves: there may be millions. */
export async function openBook(run: RunView): Promise<LetterBook> {
  const { letters, end } = await readLetters(run, run.signal);
  await run.view.catchUp(run.signal);
  const { files, redrives } = run.view.state;
  const planned = new PlannedBlocks(files);
  const settled = settledOf(run);
  const booked = bookLetters(letters, redrives, planned, settled);
  return { letters: booked, planned, settled, end, redrives: redrives.length };
}

/** What the score files of the output directory hold, where it is on this machine and of this run. */
function settledOf({ loaded, view }: RunView): Settled {
  const { claim, blocks } = kafkaLayoutOf(loaded.outputDirectory);
  if (!existsSync(claim) || readClaim(claim).topics !== view.state.run?.topics) return new Settled();
  return new Settled([...readBlockLists(blocks).values()].flat());
}

/**
 * The letter that a person names: by its id, or without the prefix of its topic.
 * @throws letter_unknown with the nearest ids
 */
export function letterOf({ letters }: LetterBook, id: string, prefix: string): BookedLetter {
  const found =
    letters.find(({ letter }) => letter.id === id) ??
    letters.find(({ letter }) => letter.id === `${prefix}.${id}`);
  if (found !== undefined) return found;
  const ids = letters.map(({ letter }) => letter.id);
  const near = nearest(id.startsWith(`${prefix}.`) ? id : `${prefix}.${id}`, ids, 3);
  const known =
    near.length > 0
      ? `near it are ${near.join(', ')}`
      : `there are ${ids.length} dead letters${ids.length > 0 ? `, for example ${ids.slice(0, 3).join(', ')}` : ''}`;
  throw new RmmError('letter_unknown', `there is no dead letter ${id}; ${known}`, {
    context: { letter: id },
  });
}
