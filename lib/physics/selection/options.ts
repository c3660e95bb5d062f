import { RmmError } from '../../base/error.js';

/** Which set of object rules of docs/physics.md is in force. */
export type ObjectRules = 'open_data' | 'run2';

export type LeptonRequirement = 'at_least_2' | 'exactly_2' | 'exactly_3';

/**
 * Every cut of the selection. Energies in GeV, lengths in mm. Cuts named `...Max` keep what is below, `...Min`
 * what is above; a value of 0 switches off the cuts marked "0: off".
 */
export interface SelectionOptions {
  readonly objects: ObjectRules;
  readonly leptons: LeptonRequirement;
  /** Good lepton: pT above. */
  readonly leptonPtMinGev: number;
  /** Good electron: abs(eta) below. 0: off. */
  readonly electronAbsEtaMax: number;
  /** Good muon: abs(eta) below. 0: off. */
  readonly muonAbsEtaMax: number;
  /** `open_data`: signed etcone20 / pT below. */
  readonly etconeRatioMax: number;
  /** `open_data`: signed ptcone30 / pT below. */
  readonly ptconeRatioMax: number;
  /** `run2`: abs(z0 sin theta) below. */
  readonly z0SinThetaMaxMm: number;
  /** `run2`: abs(d0 significance) of an electron at most. */
  readonly electronD0SignificanceMax: number;
  /** `run2`: abs(d0 significance) of a muon at most. */
  readonly muonD0SignificanceMax: number;
  /** Jet: pT above. */
  readonly jetPtMinGev: number;
  /** Jet: abs(eta) below. */
  readonly jetAbsEtaMax: number;
  /** Jets softer than jvtPtMaxGev and more central than jvtAbsEtaMax need JVT above this. */
  readonly jvtMin: number;
  readonly jvtPtMaxGev: number;
  readonly jvtAbsEtaMax: number;
  /** A b-jet has its discriminant (MV2c10, DL1r) at or above this ... */
  readonly btagMin: number;
  /** ... and abs(eta) below this; b-tagged jets further out are light. */
  readonly bjetAbsEtaMax: number;
  /** A light jet has its discriminant below this; between the two a jet is neither, and counted. */
  readonly lightTagMax: number;
  /** `exactly_3`: at least two of the three leptons have pT above this. */
  readonly threeLeptonPtMinGev: number;
  /** Invariant mass of the two hardest leptons above. 0: off. */
  readonly mllMinGev: number;
  /** At least one of these has fired; empty: no trigger asked for. */
  readonly triggers: readonly string[];
  /** `dilepton`: any of the list of the event's year has fired, see trigger-menu.ts. */
  readonly triggerMenu: 'none' | 'dilepton';
  /** A weight above this many times the file's median absolute weight is a dead letter. */
  readonly absurdWeightFactor: number;
  /** A sample with more than this share of dead-letter weights ... */
  readonly corruptFraction: number;
  /** ... and at least this many is corrupt. */
  readonly corruptMinimum: number;
}

const common = {
  leptons: 'at_least_2',
  leptonPtMinGev: 7,
  etconeRatioMax: 0.15,
  ptconeRatioMax: 0.15,
  z0SinThetaMaxMm: 0.5,
  electronD0SignificanceMax: 5,
  muonD0SignificanceMax: 3,
  jetPtMinGev: 20,
  jetAbsEtaMax: 2.8,
  jvtMin: 0.59,
  jvtPtMaxGev: 60,
  jvtAbsEtaMax: 2.4,
  bjetAbsEtaMax: 2.5,
  threeLeptonPtMinGev: 20,
  mllMinGev: 0,
  triggers: [],
  absurdWeightFactor: 1e4,
  corruptFraction: 1e-3,
  corruptMinimum: 5,
} as const;

/** The defaults of each set of object rules. `exactly_3` on `run2` uses the pT rule in place of triggers. */
export const selectionDefaults: Readonly<Record<ObjectRules, SelectionOptions>> = {
  open_data: {
    ...common,
    objects: 'open_data',
    electronAbsEtaMax: 0,
    muonAbsEtaMax: 0,
    btagMin: 0.6459,
    lightTagMax: 0.6459,
    triggerMenu: 'none',
  },
  run2: {
    ...common,
    objects: 'run2',
    electronAbsEtaMax: 2.47,
    muonAbsEtaMax: 2.7,
    btagMin: 2.195,
    lightTagMax: 0.665,
    triggerMenu: 'dilepton',
  },
};

/**
 * Options in force: the given ones over the defaults of the rules they name. With `exactly_3` the trigger
 * menu is off unless it is asked for. Throws `selection_option_invalid` naming the key.
 */
export function selectionOptions(given: Partial<SelectionOptions> = {}): SelectionOptions {
  const base = selectionDefaults[given.objects ?? 'open_data'];
  const triggerMenu = given.leptons === 'exactly_3' ? 'none' : base.triggerMenu;
  const options: SelectionOptions = { ...base, triggerMenu, ...given };
  for (const [key, value] of Object.entries(options)) {
    if (
      typeof value === 'number' &&
      !(Number.isFinite(value) && (value >= 0 || key.endsWith('Min') || key.endsWith('TagMax')))
    ) {
      throw invalid(key, value, 'a finite number, not negative');
    }
  }
  if (options.lightTagMax > options.btagMin) {
    throw invalid('lightTagMax', options.lightTagMax, `at most btagMin (${options.btagMin})`);
  }
  if (options.triggerMenu !== 'none' && options.triggers.length > 0) {
    throw invalid(
      'triggers',
      options.triggers.join(', '),
      'empty while triggerMenu is dilepton: choose one of the two',
    );
  }
  return options;
}

function invalid(key: string, found: string | number, expected: string): RmmError {
  const message = `selection option ${key} is ${found}; expected ${expected}`;
  return new RmmError('selection_option_invalid', message, { context: { key, found, expected } });
}
