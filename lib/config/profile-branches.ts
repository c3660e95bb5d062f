import { nearest } from './nearest.js';
import { type BranchValue, type Profile, unitFactor } from './profile-schema.js';

/** One branch to read and what to do with it. */
export interface NeededBranch {
  /** Our column, by its place in `Events`: run, metPhi, leptons.d0Significance, weight.factors[0], triggers.trigE. */
  readonly field: string;
  readonly branch: string;
  readonly value: BranchValue;
  /** Multiply by this to have GeV or mm. */
  readonly factor: number;
  readonly shape: 'scalar' | 'jagged';
  /** Read only where the file has it. */
  readonly optional: boolean;
}

/** What decides which branches are needed. */
export interface BranchNeeds {
  readonly features: 'rmm' | 'report33' | 'report35' | 'report13';
  readonly kind: 'background' | 'signal' | 'data';
  /** selection.triggers in force. */
  readonly triggers: readonly string[];
}

/** Lepton columns that only the report's tables use; the matrix leaves them unread. */
const tableOnly = new Set(['charge', 'd0', 'd0_significance', 'z0', 'tight']);

/**
 * The branches of `profile` that a configuration reads, each once, in a fixed order. Data need no weight.
 * The names in `needs.triggers` that the profile lacks are left out: checkTriggers finds them.
 */
export function neededBranches(profile: Profile, needs: BranchNeeds): NeededBranch[] {
  const needed: NeededBranch[] = [];
  type Column = {
    readonly branch: string;
    readonly value: BranchValue;
    readonly unit: Parameters<typeof unitFactor>[0];
  };
  const add = (field: string, column: Column, shape: 'scalar' | 'jagged', optional = false) =>
    needed.push({
      field,
      branch: column.branch,
      value: column.value,
      factor: unitFactor(column.unit),
      shape,
      optional,
    });
  const { parent_event: parent, ...event } = profile.event;
  for (const [name, column] of Object.entries(event)) add(camel(name), column, 'scalar');
  if (parent !== undefined) add('parentEvent', parent, 'scalar', true);
  for (const [name, column] of Object.entries(profile.leptons)) {
    if (needs.features === 'rmm' && tableOnly.has(name)) continue;
    add(`leptons.${camel(name)}`, column, 'jagged');
  }
  for (const [name, column] of Object.entries(profile.jets)) add(`jets.${camel(name)}`, column, 'jagged');
  if (needs.kind !== 'data') {
    const real = (branch: string): Column => ({ branch, value: 'real', unit: 'none' });
    for (const [index, branch] of profile.weight.factors.entries()) {
      add(`weight.factors[${index}]`, real(branch), 'scalar');
    }
    add('weight.crossSection', real(profile.weight.cross_section_pb), 'scalar');
    add('weight.sumWeights', real(profile.weight.sum_weights), 'scalar');
  }
  for (const trigger of profile.triggers) {
    if (!needs.triggers.includes(trigger.name)) continue;
    add(`triggers.${trigger.name}`, { branch: trigger.branch, value: 'boolean', unit: 'none' }, 'scalar');
  }
  return needed;
}

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A branch as the file's reader describes it; type and shape are checked where they are known. */
export interface PresentBranch {
  readonly name: string;
  /** Element type: float32, float64, bool, int8 ... uint64; null where the reader cannot read the branch. */
  readonly type?: string | null;
  readonly shape?: { readonly kind: 'scalar' | 'fixed' | 'jagged' };
}

export interface MissingBranch {
  readonly branch: string;
  readonly field: string;
  /** Branches of the file with a name like it, the nearest first. */
  readonly nearest: readonly string[];
}

export interface UnfitBranch {
  readonly branch: string;
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

export interface ProfileMatch {
  readonly fits: boolean;
  readonly missing: readonly MissingBranch[];
  readonly unfit: readonly UnfitBranch[];
}

const typesOf: Readonly<Record<BranchValue, RegExp>> = {
  real: /^float(32|64)$/,
  integer: /^u?int(8|16|32|64)$/,
  boolean: /^(bool|u?int8)$/,
};

/** Compares what is needed with what a tree has. */
export function matchProfile(
  needed: readonly NeededBranch[],
  present: readonly PresentBranch[],
): ProfileMatch {
  const byName = new Map(present.map((branch) => [branch.name, branch]));
  const missing: MissingBranch[] = [];
  const unfit: UnfitBranch[] = [];
  for (const need of needed) {
    const branch = byName.get(need.branch);
    if (branch === undefined) {
      if (!need.optional) {
        missing.push({
          branch: need.branch,
          field: need.field,
          nearest: nearest(need.branch, byName.keys(), 3),
        });
      }
      continue;
    }
    const typeFits = branch.type === undefined || typesOf[need.value].test(branch.type ?? '');
    const shapeFits = branch.shape === undefined || branch.shape.kind === need.shape;
    if (typeFits && shapeFits) continue;
    const found =
      branch.type === null ? ['of a type that cannot be read'] : [branch.type, branch.shape?.kind];
    unfit.push({
      branch: need.branch,
      field: need.field,
      found: found.filter((part) => part !== undefined).join(', '),
      expected: `${need.value}, ${need.shape}`,
    });
  }
  return { fits: missing.length === 0 && unfit.length === 0, missing, unfit };
}

/** Lines that say what does not fit, for messages and tables. */
export function describeMismatch(match: ProfileMatch): string[] {
  return [
    ...match.missing.map(
      ({ branch, field, nearest: near }) =>
        `missing branch ${branch} (${field})${near.length === 0 ? '' : `; the nearest there ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}`}`,
    ),
    ...match.unfit.map(
      ({ branch, field, found, expected }) => `branch ${branch} (${field}) is ${found}, expected ${expected}`,
    ),
  ];
}
