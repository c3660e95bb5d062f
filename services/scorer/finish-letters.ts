import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { blockKey } from '../../lib/flow/block-source.js';
import type { ServiceContext } from '../kafka/context.js';
import { type Letter, readLetter } from '../kafka/letters.js';
import { readTopic } from '../kafka/read-topic.js';
import { layoutOf, rangeName } from '../pipeline/layout.js';
import type { PlacedBlock } from './scored-blocks.js';

/** Every dead letter of the run, each once. */
export async function readLetters(
  { client, names }: Pick<ServiceContext, 'client' | 'names'>,
  signal: AbortSignal,
): Promise<Letter[]> {
  const letters = new Map<string, Letter>();
  await readTopic(client, names.topic('dead-letters'), 0, signal, (message) => {
    const letter = readLetter(message);
    if (letter !== undefined) letters.set(letter.id, letter);
  });
  return [...letters.values()];
}

/** Which letters are no longer open, because what they hold was re-driven and scored. */
export function isResolved(letter: Letter, scored: ReadonlySet<string>, late: ReadonlySet<string>): boolean {
  const { source, row } = letter;
  if (source === undefined) return false;
  if (row < 0) return scored.has(blockKey(source));
  return late.has(blockKey({ fingerprint: source.fingerprint, first: source.first + row }));
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
  const { loaded } = context;
  const folder = layoutOf(loaded.outputDirectory).deadLetters;
  const scored = new Set(
    blocks.filter(({ source }) => source.late?.countedAs === undefined).map(({ source }) => blockKey(source)),
  );
  const late = new Set(
    blocks.filter(({ source }) => source.late !== undefined).map(({ source }) => blockKey(source)),
  );
  const open = (await readLetters(context, signal)).filter((letter) => !isResolved(letter, scored, late));
  rmSync(folder, { recursive: true, force: true });
  const files = new Map<string, { readonly entry: number; readonly line: string }[]>();
  const lost = new Map<string, number>();
  const messages: string[] = [];
  for (const letter of open) {
    const { source, row, event } = letter;
    if (row >= 0 && source !== undefined) {
      const entry = source.first + row;
      const name = nameOfRange(letter, entry, loaded.config.engine.range_events);
      const lines = files.get(name) ?? [];
      lines.push({ entry, line: JSON.stringify(event) });
      files.set(name, lines);
    } else {
      messages.push(JSON.stringify(withoutBody(letter)));
      if (source !== undefined) lost.set(blockKey(source), source.entries);
    }
  }
  for (const [name, lines] of files) {
    lines.sort((a, b) => a.entry - b.entry);
    writeFileAtomic(join(folder, `${name}.jsonl`), `${lines.map(({ line }) => line).join('\n')}\n`);
  }
  if (messages.length > 0) writeFileAtomic(join(folder, 'messages.jsonl'), `${messages.sort().join('\n')}\n`);
  return [...lost.values()].reduce((sum, entries) => sum + entries, 0);
}

function nameOfRange({ source }: Letter, entry: number, rangeEntries: number): string {
  const { sample, fingerprint } = source!;
  return rangeName(sample, fingerprint, Math.floor(entry / rangeEntries) * rangeEntries);
}

function withoutBody({ message, ...letter }: Letter): unknown {
  if (message === undefined) return letter;
  const { body_base64: _, ...rest } = message;
  return { ...letter, message: rest };
}
