import type { BlockSource } from '../../lib/flow/block-source.js';
import { split } from '../../lib/physics/identity.js';
import { flavourNames } from '../../lib/physics/quantities.js';
import type { RowColumns } from '../featurizer/row-columns.js';
import type { ColumnSchema } from './topic-schema.js';

const flat = (name: string, type: string, description: string): ColumnSchema => ({
  name,
  kind: 'flat',
  types: [type],
  description,
});

/** What travels beside feature rows and scaled rows. */
export const rowColumnSchemas: readonly ColumnSchema[] = [
  flat('run_number', 'int32', 'Run number.'),
  flat('event_number', 'int64', 'Event number.'),
  flat('channel', 'int32', 'Dataset number (DSID), 0 in data.'),
  flat('weight', 'float64', 'What the event counts with; 1 for data.'),
  flat('met', 'float32', 'Missing transverse momentum, GeV.'),
  flat('met_phi', 'float32', 'Its azimuth, radians.'),
  flat('mll', 'float32', 'Invariant mass of the two hardest good leptons, GeV.'),
  flat('mlll', 'float32', 'Invariant mass of the three hardest, GeV; null where there are two.'),
  flat('ht', 'float32', 'Scalar sum of pT over all selected leptons and jets, GeV.'),
  flat('n_leptons', 'int16', 'Good leptons.'),
  flat('n_jets', 'int16', 'Selected jets.'),
  flat('flcomp', 'uint8', `Flavours of the hardest leptons: ${list(flavourNames)}.`),
  flat('entry', 'int64', 'Entry in the input file.'),
  flat('split', 'uint8', `Part of the event: ${list(Object.keys(split))}.`),
  flat('megaset', 'int16', 'Megaset that trains on the event, -1 where none does.'),
  flat('hash_high', 'uint32', 'Upper half of the hash that orders a megaset.'),
  flat('hash_low', 'uint32', 'Its lower half.'),
  {
    name: 'late',
    kind: 'boolean',
    description: 'True where the event came again from the dead letters after the scaler was frozen.',
  },
];

function list(names: readonly string[]): string {
  return names.map((name, code) => `${code} ${name}`).join(', ');
}

/** What no featurizer writes; the answer names the first such row. */
export function rowColumnsProblem(
  columns: RowColumns,
  rows: number,
  source: BlockSource,
  megasets: number,
): string | undefined {
  const { weight, flcomp, megaset, late } = columns;
  const entries = new Int32Array(columns.entry.buffer, columns.entry.byteOffset, 2 * rows);
  const isLate = source.late === undefined ? 0 : 1;
  const end = source.first + source.entries;
  let previous = source.first - 1;
  for (let row = 0; row < rows; row++) {
    const entry = entries[2 * row + 1]! * 0x100000000 + (entries[2 * row]! >>> 0);
    if (!(entry > previous && entry < end)) return `row ${row} has the entry ${entry}`;
    previous = entry;
    const code = columns.split[row]!;
    if (code > split.none || flcomp[row]! >= flavourNames.length) return `row ${row} has an unknown code`;
    const set = megaset[row]!;
    if (code === split.train ? !(set >= 0 && set < megasets) : set !== -1)
      return `row ${row} of part ${code} has the megaset ${set} of ${megasets}`;
    if (weight[row]! - weight[row]! !== 0) return `row ${row} has the weight ${weight[row]}`;
    if (late[row] !== isLate || (isLate === 1 && code <= split.validation))
      return `row ${row} is marked late or not, against its header or its part`;
    const quantity = quantityProblem(columns, row);
    if (quantity !== undefined) return `row ${row} ${quantity}`;
  }
  return undefined;
}

/** What is wrong with the kinematics of a row; they go into score files as they are. */
function quantityProblem(columns: RowColumns, row: number): string | undefined {
  const { met, met_phi, mll, mlll, ht, n_leptons, n_jets } = columns;
  const leptons = n_leptons[row]!;
  if (leptons < 2 || n_jets[row]! < 0) return `has ${leptons} leptons and ${n_jets[row]} jets`;
  if (!(isMagnitude(met[row]!) && met_phi[row]! - met_phi[row]! === 0))
    return `has met ${met[row]}, met_phi ${met_phi[row]}`;
  const isMass = leptons < 3 ? Number.isNaN(mlll[row]!) : isMagnitude(mlll[row]!);
  if (!(isMagnitude(mll[row]!) && isMagnitude(ht[row]!) && isMass))
    return `has mll ${mll[row]}, ht ${ht[row]} and, with ${leptons} leptons, mlll ${mlll[row]}`;
  return undefined;
}

function isMagnitude(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}
