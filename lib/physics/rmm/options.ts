import { RmmError } from '../../base/error.js';

/** What an author's matrix holds where authors differ: docs/physics.md, "Conventions". */
export type RmmConvention = 'thesis' | 'map2rmm' | 'thesis-code';

/** Object types that can have slots. Our input has no photons: their slots stay empty. */
export type SlotType = 'jets' | 'bjets' | 'electrons' | 'muons' | 'photons';

/** So many slots for the hardest objects of a type. */
export interface SlotGroup {
  readonly type: SlotType;
  readonly count: number;
}

export interface RmmOptions {
  readonly convention: RmmConvention;
  /** Types in the order of the rows, after slot 0 (met). */
  readonly slots: readonly SlotGroup[];
  /** The factor C of h and h_L. */
  readonly rapidityScale: number;
  /** Energies and masses are divided by this; 0 leaves them in GeV. */
  readonly sqrtSGev: number;
  /** met below this is set to 0, in cell (0,0) and in the m_T row; 0: off. */
  readonly metMinGev: number;
}

const conventions: readonly RmmConvention[] = ['thesis', 'map2rmm', 'thesis-code'];

/** What follows from the convention where the configuration is silent. */
export const rmmDefaults: Readonly<Record<RmmConvention, RmmOptions>> = {
  thesis: {
    convention: 'thesis',
    slots: [
      { type: 'jets', count: 6 },
      { type: 'bjets', count: 6 },
      { type: 'electrons', count: 5 },
      { type: 'muons', count: 5 },
    ],
    rapidityScale: 0.15,
    sqrtSGev: 0,
    metMinGev: 0,
  },
  map2rmm: {
    convention: 'map2rmm',
    slots: shapeSlots('T5N10', 'map2rmm'),
    rapidityScale: 1,
    sqrtSGev: 13000,
    metMinGev: 30,
  },
  'thesis-code': {
    convention: 'thesis-code',
    slots: [
      { type: 'jets', count: 6 },
      { type: 'bjets', count: 6 },
      { type: 'electrons', count: 5 },
      { type: 'muons', count: 5 },
    ],
    rapidityScale: 0.15,
    sqrtSGev: 0,
    metMinGev: 0,
  },
};

/**
 * Slots of a shape TmNn: m types with n slots each, in the order of the convention. Which types m stands for
 * is that of the literature (Chekanov, NIM A 931 (2019) 92, whose T2 is jets and muons): T1 jets, T2 jets and
 * muons, T3 also electrons, T4 also b-jets (map2rmm: photons, as before it knew b-jets), T5 all.
 */
export function shapeSlots(shape: string, convention: RmmConvention): readonly SlotGroup[] {
  const match = /^T([1-5])N([1-9][0-9]?)$/.exec(shape);
  if (match === null)
    throw invalid('shape', shape, 'TmNn with m from 1 to 5 and n from 1 to 99, for example T5N10');
  const types = Number(match[1]);
  const order: readonly SlotType[] =
    convention === 'map2rmm'
      ? ['jets', 'bjets', 'muons', 'electrons', 'photons']
      : ['jets', 'bjets', 'electrons', 'muons', 'photons'];
  const rank: readonly SlotType[] =
    convention === 'map2rmm'
      ? ['jets', 'muons', 'electrons', 'photons', 'bjets']
      : ['jets', 'muons', 'electrons', 'bjets', 'photons'];
  const kept = rank.slice(0, types);
  return order.filter((type) => kept.includes(type)).map((type) => ({ type, count: Number(match[2]) }));
}

/**
 * Options in force: the given ones over the defaults of their convention.
 * Throws `features_option_invalid` naming the key.
 */
export function rmmOptions(given: Partial<RmmOptions> = {}): RmmOptions {
  const convention = given.convention ?? 'thesis';
  if (!conventions.includes(convention)) throw invalid('convention', convention, conventions.join(', '));
  const options: RmmOptions = { ...rmmDefaults[convention], ...given };
  const seen = new Set<SlotType>();
  for (const { type, count } of options.slots) {
    if (seen.has(type)) throw invalid('slots', type, 'each type once');
    seen.add(type);
    if (!(Number.isInteger(count) && count >= 1 && count <= 99)) {
      throw invalid(`slots of ${type}`, count, 'a whole number from 1 to 99');
    }
  }
  if (seen.size === 0) throw invalid('slots', 'empty', 'at least one type');
  for (const key of ['rapidityScale', 'sqrtSGev', 'metMinGev'] as const) {
    if (!(Number.isFinite(options[key]) && options[key] >= 0))
      throw invalid(key, options[key], 'a finite number, not negative');
  }
  return options;
}

function invalid(key: string, found: string | number, expected: string): RmmError {
  return new RmmError('features_option_invalid', `features option ${key} is ${found}; expected ${expected}`, {
    context: { key, found, expected },
  });
}
