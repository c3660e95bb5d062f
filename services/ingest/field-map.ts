/** Where one field of an event comes from: a branch, and the factor that brings it to GeV, mm or 1. */
export interface FieldSource {
  readonly branch: string;
  readonly scale: number;
}

export const scalarFields = ['run', 'event', 'channel', 'met', 'metPhi'] as const;
export const leptonFields = [
  'pt',
  'eta',
  'phi',
  'energy',
  'charge',
  'type',
  'ptcone30',
  'etcone20',
  'd0',
  'd0Significance',
  'z0',
  'tight',
] as const;
export const jetFields = ['pt', 'eta', 'phi', 'energy', 'jvt', 'btag'] as const;

/** Which branch gives which field: a profile, resolved for one file. */
export interface FieldMap {
  readonly scalars: Readonly<Record<(typeof scalarFields)[number], FieldSource>>;
  readonly leptons: Readonly<Record<(typeof leptonFields)[number], FieldSource>>;
  readonly jets: Readonly<Record<(typeof jetFields)[number], FieldSource>>;
  /** Trigger decisions by their name in the profile. */
  readonly triggers: Readonly<Record<string, FieldSource>>;
  /** Absent where the file is data: every event then weighs 1. */
  readonly weight: WeightSource | undefined;
  /** The parent's event number in an amplified file: it takes the event number's place in the split key. */
  readonly parentEvent: FieldSource | undefined;
}

export interface WeightSource {
  /** Branches whose product is the event's own weight. */
  readonly factors: readonly string[];
  /** Cross section, pb. */
  readonly crossSection: string;
  readonly sumOfWeights: string;
}

/** Branches in the order in which the assembler expects their columns. */
export function branchesOf(map: FieldMap): string[] {
  return [
    ...scalarFields.map((field) => map.scalars[field].branch),
    ...leptonFields.map((field) => map.leptons[field].branch),
    ...jetFields.map((field) => map.jets[field].branch),
    ...Object.values(map.triggers).map((source) => source.branch),
    ...(map.weight === undefined ? [] : weightBranches(map.weight)),
    ...(map.parentEvent === undefined ? [] : [map.parentEvent.branch]),
  ];
}

export function weightBranches(weight: WeightSource): string[] {
  return [...weight.factors, weight.crossSection, weight.sumOfWeights];
}
