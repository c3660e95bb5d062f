import { RmmError } from '../../lib/base/error.js';
import { columnReaderFrom } from '../../lib/columnar/root/index.js';
import type { Config, Profile } from '../../lib/config/index.js';
import type { Events, RaggedColumns } from '../../lib/physics/events.js';
import type { Selected } from '../../lib/physics/selection/index.js';
import { EventWidener } from '../ingest/event-widener.js';
import { ingestOf } from '../pipeline/event-pass.js';
import type { FileContext } from '../pipeline/file-context.js';
import type { OpenedFile } from '../pipeline/input-plan.js';
import { selectionOf } from '../selector/config.js';
import { SelectorOperator } from '../selector/operator.js';
import type { FinishedRun } from './open-runs.js';
import { profileOf, reopenInput } from './reopened-input.js';

export type ObjectType = 'electron' | 'muon' | 'light jet' | 'b-jet' | 'jet';

/** An object of an event as the selection knows it; `jet` is one between the light and the b working point. */
export interface EventObject {
  readonly type: ObjectType;
  /** GeV. */
  readonly pt: number;
  readonly eta: number;
  readonly phi: number;
}

/** The selected objects of an event, of each type by falling pT. */
export interface EventObjects {
  readonly met: number;
  readonly metPhi: number;
  readonly objects: readonly EventObject[];
}

/** Objects by entry, or why a file gave none. */
export type ReadObjects =
  | { readonly objects: ReadonlyMap<number, EventObjects> }
  | { readonly notDefined: string };

/**
 * Reads events of an input file again and selects their objects as the run did.
 * @param name of the file as the run names it
 */
export async function readObjects(
  run: FinishedRun,
  name: string,
  entries: readonly number[],
  inputFolder: string | undefined,
  signal: AbortSignal,
): Promise<ReadObjects> {
  const input = run.record.inputs.find(({ file }) => file === name);
  if (input === undefined) return { notDefined: `${name} is no input of ${run.shown}` };
  const settings = { config: run.config, profile: profileOf(run.config) };
  try {
    // Weights are of no use here, and data have none.
    const opened = await reopenInput(run, input, 'data', { config: run.config, inputFolder, signal });
    if ('notDefined' in opened) return opened;
    return { objects: await objectsOfEntries(settings, opened, entries) };
  } catch (error) {
    if (!(error instanceof RmmError)) throw error;
    return { notDefined: `${name} cannot be read: ${error.message}` };
  }
}

/** The selected objects of entries of an opened file; those that do not pass the selection are missing. */
export async function objectsOfEntries(
  settings: { readonly config: Config; readonly profile: Profile },
  opened: OpenedFile,
  entries: readonly number[],
): Promise<Map<number, EventObjects>> {
  const file: FileContext = { ...opened, medianWeight: 0, sumOfWeights: new Map() };
  const ingest = ingestOf(settings, file);
  const widener = new EventWidener();
  const selector = new SelectorOperator(selectionOf(settings.config));
  const reader = await columnReaderFrom(file.metadata, settings.profile.tree, ingest.branches);
  const objects = new Map<number, EventObjects>();
  try {
    for (const entry of entries) {
      if (entry >= opened.entries) continue;
      const events = widener.widen(ingest.process(reader.read(entry, 1), 1));
      const { sample, name, fingerprint } = file;
      const source = { sample, kind: file.kind, file: name, fingerprint, first: entry, entries: 1 };
      const { selected } = selector.process(events, source, 0);
      if (selected.count === 1) objects.set(entry, objectsOf(events, selected));
    }
  } finally {
    reader.close();
  }
  return objects;
}

function objectsOf({ met, metPhi, leptons, jets }: Events, selected: Selected): EventObjects {
  const tagged = new Set([...first(selected.lightJets), ...first(selected.bJets)]);
  return {
    met: met[0]!,
    metPhi: metPhi[0]!,
    objects: [
      ...first(selected.electrons).map((at) => objectOf('electron', leptons, at)),
      ...first(selected.muons).map((at) => objectOf('muon', leptons, at)),
      ...first(selected.lightJets).map((at) => objectOf('light jet', jets, at)),
      ...first(selected.bJets).map((at) => objectOf('b-jet', jets, at)),
      ...first(selected.jets)
        .filter((at) => !tagged.has(at))
        .map((at) => objectOf('jet', jets, at)),
    ],
  };
}

/** Objects of the first selected event. */
function first({ offsets, items }: Selected['jets']): number[] {
  return [...items.subarray(offsets[0]!, offsets[1]!)];
}

function objectOf(type: ObjectType, { pt, eta, phi }: RaggedColumns, at: number): EventObject {
  return { type, pt: pt[at]!, eta: eta[at]!, phi: phi[at]! };
}
