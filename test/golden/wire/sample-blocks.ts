import type { BlockSource } from '../../../lib/flow/block-source.js';
import { Random } from '../../../lib/learning/random.js';
import { rmmLayout } from '../../../lib/physics/rmm/index.js';
import { countSplits } from '../../../services/featurizer/block-record.js';
import { createRowColumns, type RowColumns } from '../../../services/featurizer/row-columns.js';
import type { RawColumn, RawEvents } from '../../../services/ingest/raw-events.js';
import { encodeEvents } from '../../../services/wire/events.js';
import { encodeFeatures } from '../../../services/wire/features.js';
import type { WireMessage } from '../../../services/wire/message.js';
import { encodeScaled } from '../../../services/wire/scaled.js';
import { encodeSelected } from '../../../services/wire/selected.js';

/*
 * One message of each topic whose every number follows from its place, so that other software can be asked for
 * them and the bytes do not depend on selection, features or scaler.
 */

export const sampleLayout = rmmLayout();
const entries = 16;
const rows = 6;
const source: BlockSource = {
  sample: 'zee',
  kind: 'background',
  file: 'mc/zee.root',
  fingerprint: 'c0ffee',
  first: 8192,
  entries,
};
const record = {
  rows,
  flow: {
    raw: [rows, 0, 7, 1, 0, 2, 0, 0],
    weightHigh: [0.1, 0, -1 / 3, 1e-9, 0, 0, 0, 0],
    weightLow: [-1.5e-17, 0, 2.25e-18, 0, 0, 0, 0, 0],
  },
  unclassifiedJets: 1,
};

const numbers = (length: number, value: (i: number) => number) => Array.from({ length }, (_, i) => value(i));
const float = (length: number, step: number, factor = 0.001): RawColumn => ({
  values: Float32Array.from(numbers(length, (i) => 1000 + step * i)),
  factor,
});

/** Row i has i % 3 + 2 leptons and i % 4 jets. */
function raw(count: number): RawEvents {
  const offsets = (size: (i: number) => number) => {
    const found = new Int32Array(count + 1);
    for (let i = 0; i < count; i++) found[i + 1] = found[i]! + size(i);
    return found;
  };
  const leptons = offsets((i) => (i % 3) + 2);
  const jets = offsets((i) => i % 4);
  const [lepton, jet] = [leptons[count]!, jets[count]!];
  return {
    count,
    run: new Int32Array(count).fill(284_500),
    event: BigInt64Array.from(
      numbers(count, (i) => i),
      (i) => 9_007_199_254_740_993n + BigInt(i),
    ),
    keyEvent: BigInt64Array.from(
      numbers(count, (i) => i),
      (i) => -BigInt(i),
    ),
    channel: Int32Array.from(numbers(count, (i) => 361_106 + (i % 2))),
    weight: Float64Array.from(numbers(count, (i) => 0.1 * i - 0.3)),
    met: float(count, 500),
    metPhi: float(count, 0.25, 1),
    triggers: { trigE: Uint8Array.from(numbers(count, (i) => i % 2)) },
    leptons: {
      offsets: leptons,
      columns: new Map([
        ['pt', float(lepton, -7)],
        ['eta', float(lepton, 0.125, 1)],
        ['phi', float(lepton, 0.5, 1)],
        ['energy', float(lepton, 11)],
        ['type', { values: Uint32Array.from(numbers(lepton, (k) => 11 + 2 * (k % 2))), factor: 1 }],
      ]),
    },
    jets: {
      offsets: jets,
      columns: new Map([
        ['pt', float(jet, -3)],
        ['eta', float(jet, 0.125, 1)],
        ['phi', float(jet, 0.5, 1)],
        ['energy', float(jet, 13)],
      ]),
    },
  };
}

function rowColumns(): RowColumns {
  const columns = createRowColumns(rows);
  for (let row = 0; row < rows; row++) {
    columns.run[row] = 284_500;
    columns.event[row] = 9_007_199_254_740_993n + BigInt(row);
    columns.channel[row] = 361_106;
    columns.weight[row] = 0.3 * row - 0.1;
    columns.met[row] = 10.5 + row;
    columns.met_phi[row] = row / 3;
    columns.mll[row] = 91 + row / 8;
    columns.mlll[row] = row % 2 === 0 ? Number.NaN : 200 + row;
    columns.ht[row] = 100 * row;
    columns.n_leptons[row] = 2 + (row % 2);
    columns.n_jets[row] = row;
    columns.flcomp[row] = row % 7;
    columns.entry[row] = BigInt(source.first + 2 * row);
    columns.split[row] = row % 3;
    columns.megaset[row] = row % 3 === 0 ? row : -1;
    columns.hash_high[row] = Math.imul(row + 1, 0x9e3779b1) >>> 0;
    columns.hash_low[row] = row;
  }
  return columns;
}

/** Slot masks of rows with 1 + row % 3 jets and two electrons, and how many cells each has. */
function cells(size: (objects: number) => number) {
  const random = new Random('golden', [1]);
  const masks = Uint32Array.from(numbers(rows, (row) => 1 + (((1 << (1 + (row % 3))) - 1) << 1) + (3 << 13)));
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + size(3 + (row % 3));
  const values = Float32Array.from({ length: offsets[rows]! }, () => random.below(1000) / 8 - 20);
  return { rows, columns: sampleLayout.columns, maskWords: 1, masks, offsets, values };
}

/** The messages by topic, as the newest version writes them. */
export function sampleMessages(): Record<'events' | 'selected' | 'features' | 'scaled', WireMessage> {
  const columns = rowColumns();
  const full = { ...record, surplusObjects: 3, rowsBySplit: countSplits(columns.split) };
  const layout = sampleLayout.id;
  const kept = raw(rows);
  const scaled = {
    ...cells((objects) => objects * 2),
    scaler: '0123456789abcdef',
    squares: Float64Array.from(numbers(rows, (row) => row / 7)),
    absolutes: Float64Array.from(numbers(rows, (row) => row / 11)),
  };
  return {
    events: encodeEvents({ source, medianWeight: 0.1 + 0.2, events: raw(entries) }),
    selected: encodeSelected({
      source,
      record,
      compact: {
        events: { ...kept, triggers: {} },
        index: Int32Array.from(numbers(rows, (row) => 2 * row)),
        leptonClass: Uint8Array.from(numbers(kept.leptons.offsets[rows]!, (k) => 1 + (k % 2))),
        jetClass: Uint8Array.from(numbers(kept.jets.offsets[rows]!, (k) => 1 + (k % 3))),
      },
    }),
    features: encodeFeatures({
      source,
      record: full,
      layout,
      features: cells((objects) => (objects + 1) ** 2),
      columns,
    }),
    scaled: encodeScaled({ source, record: full, layout, scaled, columns }),
  };
}
