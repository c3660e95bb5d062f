import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { invariant, RmmError } from '../../lib/base/error.js';
import { sweepTemporariesOf } from '../../lib/base/temporary-files.js';
import { type ColumnReader, columnReaderFrom } from '../../lib/columnar/root/index.js';
import { type Compression, RootTreeWriter } from '../../lib/columnar/root-writer/index.js';
import { Copier, parentSpec } from './copier.js';
import { type BranchNames, type Layout, openDataNames, planLayout } from './layout.js';
import { madeFractions, planStretches, repeats, type Stretch } from './plan.js';
import { openSources, type Sources } from './source.js';
import { readWeights } from './weights.js';

export interface AmplifyOptions {
  readonly inputs: readonly string[];
  readonly output: string;
  /** How many events to make: a number, or a multiple of what the inputs hold, rounded to the nearest. */
  readonly size: { readonly type: 'events' | 'factor'; readonly value: number };
  readonly seed: number;
  /** Default: the tree with the most entries in the first input. */
  readonly tree?: string;
  /** Default LZ4: load is wanted fast. */
  readonly compression?: Compression;
  /** Default: the names of ATLAS Open Data. */
  readonly names?: BranchNames;
  /** Aborted, the call ends with `interrupted` and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** Called after each stretch with the events made so far and those to make. */
  readonly onProgress?: (made: number, events: number) => void;
}

export interface AmplifySummary {
  readonly events: number;
  readonly parents: number;
  readonly bytes: number;
  /** By how much SumWeights was multiplied, file by file. */
  readonly fractions: readonly number[];
  readonly dropped: Sources['dropped'];
}

/** Entries read, moved and handed to the writer at a time. */
const stretchEntries = 16384;

/** All dates in an output are this one, so that equal arguments give equal bytes. */
const fixedDate = new Date('2020-01-01T00:00:00Z');

/**
 * Makes any number of events out of given ones by symmetries that change nothing the selection or the features
 * look at: rotation about the beam, reflection in eta, reflection in phi. For load tests, not for physics. The
 * originals come first, then moved copies of all of them, pass after pass. The same arguments give the same bytes.
 * @throws interrupted, amplify_output_is_input, what reading and writing ROOT files throws; amplify_empty, amplify_branches_differ,
 *   amplify_branch_missing, amplify_geometry
 */
export async function amplify(options: AmplifyOptions): Promise<AmplifySummary> {
  refuseInputAsOutput(options);
  const names = options.names ?? openDataNames;
  const sources = await openSources(options.inputs, options.tree);
  const entries = sources.files.map((file) => file.entries);
  const parents = entries.reduce((sum, count) => sum + count, 0);
  const events = Math.round(
    options.size.type === 'events' ? options.size.value : options.size.value * parents,
  );
  invariant(Number.isSafeInteger(events) && events > 0, `${events} events cannot be made`);
  const layout = planLayout(sources.branches, names, events);
  const fractions = madeFractions(await readWeights(sources, names, repeats(entries, events)));
  const copier = new Copier(layout, options.seed, fractions, stretchEntries);
  sweepTemporariesOf(options.output);
  const writer = new RootTreeWriter({
    path: options.output,
    tree: sources.tree.slice(sources.tree.lastIndexOf('/') + 1),
    branches: [...layout.branches.map(({ spec }) => spec), ...(layout.hasParent ? [] : [parentSpec])],
    compression: options.compression ?? { type: 'lz4' },
    uuid: outputUuid(sources, options.seed, events),
    date: fixedDate,
  });
  try {
    await copyAll(sources, layout, copier, writer, planStretches(entries, events, stretchEntries), (made) => {
      if (options.signal?.aborted) throw new RmmError('interrupted', 'interrupted while amplifying');
      options.onProgress?.(made, events);
    });
    const { bytes } = await writer.close();
    return { events, parents, bytes, fractions, dropped: sources.dropped };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function copyAll(
  sources: Sources,
  layout: Layout,
  copier: Copier,
  writer: RootTreeWriter,
  stretches: Iterable<Stretch>,
  onMade: (made: number) => void,
): Promise<void> {
  const branches = layout.branches.map(({ source }) => source);
  let reader: ColumnReader | undefined;
  let made = 0;
  try {
    for (const stretch of stretches) {
      // Each pass over a file has a reader of its own: one file is open at a time, however many there are.
      if (reader === undefined || stretch.first === 0) {
        reader?.close();
        reader = await columnReaderFrom(sources.files[stretch.file]!.metadata, sources.tree, branches);
      }
      const columns = reader.read(stretch.first, stretch.count);
      await writer.append(copier.copy(columns, stretch, made), 0, stretch.count);
      made += stretch.count;
      onMade(made);
    }
  } finally {
    reader?.close();
  }
}

function refuseInputAsOutput({ inputs, output }: AmplifyOptions): void {
  if (!inputs.some((path) => resolve(path) === resolve(output))) return;
  throw new RmmError(
    'amplify_output_is_input',
    `${output} is an input too; give the output a name of its own`,
    {
      context: { path: output },
    },
  );
}

function outputUuid(sources: Sources, seed: number, events: number): Uint8Array {
  const hash = createHash('sha256');
  for (const file of sources.files) hash.update(`${file.fingerprint}\n`);
  return hash.update(`amplify ${seed} ${events}`).digest().subarray(0, 16);
}
