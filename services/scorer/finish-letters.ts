import { setImmediate } from 'node:timers/promises';
import type { AtomicFile } from '../../lib/base/atomic-file.js';
import { AtomicFolder } from '../../lib/base/atomic-folder.js';
import { SpoolFile, type SpoolPlace } from '../../lib/base/spool-file.js';
import { eachLetter } from '../dead-letters/read-letters.js';
import { PlannedBlocks } from '../dead-letters/subject.js';
import type { ServiceContext } from '../kafka/context.js';
import type { Letter } from '../kafka/letters.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { layoutOf, rangeName } from '../pipeline/layout.js';
import { type OpenEvent, OpenLetters } from './open-letters.js';
import { letterSpoolOf } from './run-outputs.js';
import type { PlacedBlock } from './scored-blocks.js';

/** The folder of dead letters, with what its letters do not say. */
export interface PreparedLetters {
  readonly folder: AtomicFolder;
  /** Entries of blocks of which nothing is known but that they are dead letters. */
  readonly lostEntries: number;
}

/**
 * Prepares dead-letters/ as the embedded engine does, a file for each range, and the messages that could not be used
 * into messages.jsonl. What was re-driven since is left out. The letters themselves wait on disk until their order is
 * known: an event takes about 2.5 KB, and there may be millions.
 */
export async function prepareLetters(
  context: ServiceContext,
  blocks: readonly PlacedBlock[],
  signal: AbortSignal,
): Promise<PreparedLetters> {
  const { loaded, view } = context;
  const spool = new SpoolFile(letterSpoolOf(loaded.outputDirectory));
  let folder: AtomicFolder | undefined;
  try {
    const open = new OpenLetters<SpoolPlace>(blocks, new PlannedBlocks(view.state.files));
    const put = (letter: Letter, as: 'event' | 'message') =>
      spool.add(Buffer.from(`${JSON.stringify(as === 'event' ? letter.event : letter) ?? ''}\n`, 'utf8'));
    await eachLetter(context, signal, ({ letter }) => open.add(letter, put));
    folder = new AtomicFolder(layoutOf(loaded.outputDirectory).deadLetters);
    for (const { file, events } of open.events())
      for (const [name, places] of byRange(file, events, loaded.config.engine.range_events))
        await writeLines(folder.file(`${name}.jsonl`), spool, places, signal);
    const messages = open.messages();
    if (messages.length > 0) await writeLines(folder.file('messages.jsonl'), spool, messages, signal);
    return { folder, lostEntries: open.lostEntries };
  } catch (error) {
    folder?.abort();
    throw error;
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
  file: AtomicFile,
  spool: SpoolFile,
  places: readonly SpoolPlace[],
  signal: AbortSignal,
): Promise<void> {
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
