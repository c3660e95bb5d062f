import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AtomicFile } from '../../lib/base/atomic-file.js';
import { SpoolFile, type SpoolPlace } from '../../lib/base/spool-file.js';
import { eachLetter } from '../dead-letters/read-letters.js';
import { PlannedBlocks } from '../dead-letters/subject.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import type { Letter } from '../kafka/letters.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { layoutOf, rangeName } from '../pipeline/layout.js';
import { type OpenEvent, OpenLetters } from './open-letters.js';
import type { PlacedBlock } from './scored-blocks.js';

/**
 * Writes dead-letters/ as the embedded engine does, a file for each range, and the messages that could not be used
 * into messages.jsonl. What was re-driven since is left out. The letters themselves wait on disk until their order is
 * known: an event takes about 2.5 KB, and there may be millions.
 * @returns entries of blocks of which nothing is known but that they are dead letters
 */
export async function writeLetters(
  context: ServiceContext,
  blocks: readonly PlacedBlock[],
  signal: AbortSignal,
): Promise<number> {
  const { loaded, view } = context;
  const folder = layoutOf(loaded.outputDirectory).deadLetters;
  const spool = new SpoolFile(join(kafkaLayoutOf(loaded.outputDirectory).folder, 'letters.spool'));
  try {
    const open = new OpenLetters<SpoolPlace>(blocks, new PlannedBlocks(view.state.files));
    const put = (letter: Letter, as: 'event' | 'message') =>
      spool.add(Buffer.from(`${JSON.stringify(as === 'event' ? letter.event : letter) ?? ''}\n`, 'utf8'));
    await eachLetter(context, signal, ({ letter }) => open.add(letter, put));
    rmSync(folder, { recursive: true, force: true });
    for (const { file, events } of open.events())
      for (const [name, places] of byRange(file, events, loaded.config.engine.range_events))
        await writeLines(join(folder, `${name}.jsonl`), spool, places, signal);
    const messages = open.messages();
    if (messages.length > 0) await writeLines(join(folder, 'messages.jsonl'), spool, messages, signal);
    return open.lostEntries;
  } finally {
    spool.close();
  }
}

/** The places of a file's events by the names of their ranges. */
function byRange(
  { sample, fingerprint }: PlannedFile,
  events: readonly OpenEvent<SpoolPlace>[],
  rangeEntries: number,
): Map<string, SpoolPlace[]> {
  const ranges = new Map<string, SpoolPlace[]>();
  for (const { entry, place } of events) {
    const name = rangeName(sample, fingerprint, Math.floor(entry / rangeEntries) * rangeEntries);
    const places = ranges.get(name);
    if (places === undefined) ranges.set(name, [place]);
    else places.push(place);
  }
  return ranges;
}

/** Writes lines from the spool, one after the other. @throws disk_full, io_failed */
async function writeLines(
  path: string,
  spool: SpoolFile,
  places: readonly SpoolPlace[],
  signal: AbortSignal,
): Promise<void> {
  const file = new AtomicFile(path);
  try {
    for (const [index, place] of places.entries()) {
      // Lets heartbeats and signals through.
      if (index % 256 === 255) await setImmediate();
      signal.throwIfAborted();
      file.write(spool.read(place));
    }
    file.finish();
  } catch (error) {
    file.abort();
    throw error;
  }
}
