import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { readLetters } from '../dead-letters/read-letters.js';
import { Settled } from '../dead-letters/settled.js';
import { type LetterSubject, PlannedBlocks, subjectOf } from '../dead-letters/subject.js';
import type { ServiceContext } from '../kafka/context.js';
import type { Letter } from '../kafka/letters.js';
import { layoutOf, rangeName } from '../pipeline/layout.js';
import type { PlacedBlock } from './scored-blocks.js';

type Entry = Extract<LetterSubject, { kind: 'entry' }>;

/** The letters that are open at the end of a run. */
export interface OpenLetters {
  /** Events, the last letter about each. */
  readonly events: readonly { readonly letter: Letter; readonly subject: Entry }[];
  /** Messages as a whole. */
  readonly messages: readonly Letter[];
  /** Entries of blocks of which nothing is known but that they are dead letters. */
  readonly lostEntries: number;
}

/** @param letters each once */
export function openLetters(
  letters: readonly Letter[],
  blocks: readonly PlacedBlock[],
  planned: PlannedBlocks,
): OpenLetters {
  const settled = new Settled(blocks);
  const events = new Map<string, { letter: Letter; subject: Entry }>();
  const lost = new Map<string, number>();
  const messages: Letter[] = [];
  for (const letter of letters) {
    const subject = subjectOf(letter, planned);
    if (settled.has(subject)) continue;
    if (subject.kind === 'entry' && letter.row >= 0) {
      const before = events.get(subject.key);
      // One that was re-driven and failed again has another letter, further on in the same partition.
      if (before === undefined || letter.offset > before.letter.offset)
        events.set(subject.key, { letter, subject });
    } else messages.push(letter);
    if (subject.kind === 'block') lost.set(subject.key, subject.entries);
  }
  const lostEntries = [...lost.values()].reduce((sum, entries) => sum + entries, 0);
  return { events: [...events.values()], messages, lostEntries };
}

/**
 * Writes dead-letters/ as the embedded engine does, a file for each range, and the messages that could not be used
 * into messages.jsonl. What was re-driven since is left out.
 * @returns entries of blocks of which nothing is known but that they are dead letters
 */
export async function writeLetters(
  context: ServiceContext,
  blocks: readonly PlacedBlock[],
  signal: AbortSignal,
): Promise<number> {
  const { loaded, view } = context;
  const folder = layoutOf(loaded.outputDirectory).deadLetters;
  const { letters } = await readLetters(context, signal);
  const open = openLetters(
    letters.map(({ letter }) => letter),
    blocks,
    new PlannedBlocks(view.state.files),
  );
  rmSync(folder, { recursive: true, force: true });
  const files = new Map<string, { readonly entry: number; readonly line: string }[]>();
  for (const { letter, subject } of open.events) {
    const name = nameOfRange(subject, loaded.config.engine.range_events);
    const lines = files.get(name) ?? [];
    lines.push({ entry: subject.entry, line: JSON.stringify(letter.event) });
    files.set(name, lines);
  }
  for (const [name, lines] of files) {
    lines.sort((a, b) => a.entry - b.entry);
    writeFileAtomic(join(folder, `${name}.jsonl`), `${lines.map(({ line }) => line).join('\n')}\n`);
  }
  const messages = open.messages.map((letter) => JSON.stringify(letter)).sort();
  if (messages.length > 0) writeFileAtomic(join(folder, 'messages.jsonl'), `${messages.join('\n')}\n`);
  return open.lostEntries;
}

function nameOfRange({ file, entry }: Entry, rangeEntries: number): string {
  return rangeName(file.sample, file.fingerprint, Math.floor(entry / rangeEntries) * rangeEntries);
}
