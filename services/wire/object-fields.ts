import type { BatchColumn, GroupField } from '../../lib/columnar/arrow/batch.js';
import type { ObjectFields, RawColumn, RawGroup } from '../ingest/raw-events.js';
import { type ColumnSchema, integerTypes, realTypes } from './topic-schema.js';

/** A column of raw events: our name for it, its name on the wire, what it holds. */
interface FieldNames {
  readonly field: string;
  readonly name: string;
  readonly types: readonly string[];
  readonly optional?: true;
  readonly description: string;
}

const needed = (field: string, name: string, types: readonly string[], description: string): FieldNames => ({
  field,
  name,
  types,
  description,
});
const optional = (
  field: string,
  name: string,
  types: readonly string[],
  description: string,
): FieldNames => ({
  ...needed(field, name, types, description),
  optional: true,
});

const kinematics = (what: string): FieldNames[] => [
  needed('pt', 'pt', realTypes, `Transverse momentum of the ${what}.`),
  needed('eta', 'eta', realTypes, 'Pseudorapidity.'),
  needed('phi', 'phi', realTypes, 'Azimuth, radians.'),
  needed('energy', 'energy', realTypes, 'Energy.'),
];

const tableOnly = 'Where the features are a table.';

export const leptonFields: readonly FieldNames[] = [
  ...kinematics('lepton'),
  optional('charge', 'charge', integerTypes, `Charge. ${tableOnly}`),
  optional('type', 'type', integerTypes, '11 electron, 13 muon.'),
  optional('ptcone30', 'ptcone30', realTypes, 'Track isolation.'),
  optional('etcone20', 'etcone20', realTypes, 'Calorimeter isolation, signed.'),
  optional('d0', 'd0', realTypes, `Transverse impact parameter. ${tableOnly}`),
  optional('d0Significance', 'd0_significance', realTypes, `Its significance. ${tableOnly}`),
  optional('z0', 'z0', realTypes, `Longitudinal impact parameter. ${tableOnly}`),
  optional('tight', 'tight', ['uint8', 'int8'], `Tight identification, 0 or 1. ${tableOnly}`),
];

export const jetFields: readonly FieldNames[] = [
  ...kinematics('jet'),
  optional('jvt', 'jvt', realTypes, 'Jet vertex tagger.'),
  optional('btag', 'btag', realTypes, 'b-tagging discriminant.'),
];

/** The fields of a group as its schema lists them. */
export function fieldSchemas(fields: readonly FieldNames[]): ColumnSchema[] {
  return fields.map(({ name, types, description, optional: isOptional }) => ({
    name,
    kind: 'flat',
    types,
    ...(isOptional === true ? { optional: true } : {}),
    description,
  }));
}

/** Factors to our units by the name of the column; those that are 1 are left out. */
export type Factors = Map<string, number>;

/** A raw group as a column of a batch; its factors go into `factors`. Fields behind `more` follow it. */
export function toGroup(
  name: string,
  group: RawGroup,
  count: number,
  fields: readonly FieldNames[],
  factors: Factors,
  more: readonly GroupField[] = [],
): BatchColumn {
  const offsets = group.offsets.subarray(0, count + 1);
  const total = offsets[count]!;
  const found: GroupField[] = [];
  for (const { field, name: wireName } of fields) {
    const column = group.columns.get(field);
    if (column === undefined) continue;
    found.push({ name: wireName, values: column.values.subarray(0, total) });
    if (column.factor !== 1) factors.set(`${name}.${wireName}`, column.factor);
  }
  return { kind: 'group', name, offsets, fields: [...found, ...more] };
}

/** The raw group that `toGroup` made a column of. */
export function fromGroup(
  { name, offsets, fields: found }: Extract<BatchColumn, { kind: 'group' }>,
  fields: readonly FieldNames[],
  factors: ReadonlyMap<string, number>,
): RawGroup {
  const columns = new Map<string, RawColumn>();
  for (const { field, name: wireName } of fields) {
    const values = found.find((column) => column.name === wireName)?.values;
    if (values !== undefined) columns.set(field, { values, factor: factors.get(`${name}.${wireName}`) ?? 1 });
  }
  return { offsets, columns };
}

/** The first field that is expected and not there. */
export function missingField(
  { leptons, jets }: { readonly leptons: RawGroup; readonly jets: RawGroup },
  expected: ObjectFields,
): string | undefined {
  for (const [name, group, fields] of [
    ['leptons', leptons, expected.leptons],
    ['jets', jets, expected.jets],
  ] as const) {
    const missing = fields.find((field) => !group.columns.has(field));
    if (missing !== undefined) return `its column "${name}" lacks ${missing}, which the configuration needs`;
  }
  return undefined;
}

export const factorsMetadata = {
  factors:
    'What numbers are multiplied by to have GeV or mm, as JSON: an object from column (group.field for objects) to factor; 1 where not there. A factor of 0.001 is a division by 1000.',
} as const;

export function factorsToText(factors: Factors): string {
  return JSON.stringify(Object.fromEntries(factors));
}

/** The factors, or what is wrong with their text. */
export function factorsFromText(text: string | undefined): Factors | string {
  let found: unknown;
  try {
    found = JSON.parse(text ?? '');
  } catch {
    return 'its factors are not JSON';
  }
  if (typeof found !== 'object' || found === null) return 'its factors are no object';
  const factors: Factors = new Map();
  for (const [name, factor] of Object.entries(found)) {
    if (typeof factor !== 'number' || !(factor > 0 && factor < Number.POSITIVE_INFINITY))
      return `its factor of ${name.slice(0, 60)} is no positive number`;
    factors.set(name, factor);
  }
  return factors;
}
