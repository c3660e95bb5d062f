import { invariant } from '../../lib/base/error.js';
import type { IndexList, Selected } from '../../lib/physics/selection/index.js';
import type { ObjectFields, RawColumn, RawEvents, RawGroup } from '../ingest/raw-events.js';
import type { AnyArray } from '../ingest/widen.js';

/**
 * Selected events without the others: what travels to the featurizer. Their good leptons and selected jets stand
 * by falling pT, as Selected lists them; values are still in type and unit of the file.
 */
export interface CompactEvents {
  readonly events: RawEvents;
  /** Place of each event in its block, rising. */
  readonly index: Int32Array;
  /** objectClass of each lepton (electron, muon) and jet (light, b, neither). */
  readonly leptonClass: Uint8Array;
  readonly jetClass: Uint8Array;
}

/**
 * Gathers what `selected` lists from the raw events it was made of. Nothing is shared with them.
 * @param fields those that the featurizer reads
 */
export function compactEvents(raw: RawEvents, selected: Selected, fields: ObjectFields): CompactEvents {
  const { count } = selected;
  const index = selected.index.slice(0, count);
  const event = gather(raw.event, index, count);
  return {
    events: {
      count,
      run: gather(raw.run, index, count),
      event,
      keyEvent: raw.keyEvent === raw.event ? event : gather(raw.keyEvent, index, count),
      channel: gather(raw.channel, index, count),
      weight: gather(raw.weight, index, count),
      met: gatherColumn(raw.met, index, count),
      metPhi: gatherColumn(raw.metPhi, index, count),
      leptons: gatherGroup(raw.leptons, selected.leptons, count, fields.leptons),
      jets: gatherGroup(raw.jets, selected.jets, count, fields.jets),
      // Nothing behind the selector asks for them.
      triggers: {},
    },
    index,
    leptonClass: gather(selected.leptonClass, selected.leptons.items, selected.leptons.offsets[count]!),
    jetClass: gather(selected.jetClass, selected.jets.items, selected.jets.offsets[count]!),
  };
}

function gatherGroup(raw: RawGroup, list: IndexList, count: number, fields: readonly string[]): RawGroup {
  const total = list.offsets[count]!;
  const columns = new Map<string, RawColumn>();
  for (const name of fields) {
    const column = raw.columns.get(name);
    invariant(column !== undefined, `the featurizer needs ${name}, which was not read`);
    columns.set(name, gatherColumn(column, list.items, total));
  }
  return { offsets: list.offsets.slice(0, count + 1), columns };
}

function gatherColumn({ values, factor }: RawColumn, items: Int32Array, count: number): RawColumn {
  return { values: gather(values, items, count), factor };
}

/** values[items[0]], values[items[1]], ...: `count` of them, in the same type. */
function gather<Values extends AnyArray>(values: Values, items: Int32Array, count: number): Values {
  if (values instanceof Float32Array) return gatherFloats(values, items, count) as Values;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    // As pairs of halves: reading 64-bit integers would allocate a BigInt each time.
    const from = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    const gathered = new (values.constructor as new (length: number) => Values)(count);
    const into = new Int32Array(gathered.buffer);
    for (let i = 0; i < count; i++) {
      into[2 * i] = from[2 * items[i]!]!;
      into[2 * i + 1] = from[2 * items[i]! + 1]!;
    }
    return gathered;
  }
  const from = values as Exclude<AnyArray, BigInt64Array | BigUint64Array>;
  const gathered = new (from.constructor as new (length: number) => typeof from)(count);
  for (let i = 0; i < count; i++) gathered[i] = from[items[i]!]!;
  return gathered as Values;
}

/** Nearly all columns come this way: a loop that meets one kind of array only. */
function gatherFloats(values: Float32Array, items: Int32Array, count: number): Float32Array {
  const gathered = new Float32Array(count);
  for (let i = 0; i < count; i++) gathered[i] = values[items[i]!]!;
  return gathered;
}
