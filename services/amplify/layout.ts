import { invariant, RmmError } from '../../lib/base/error.js';
import type { BranchInfo } from '../../lib/columnar/root/index.js';
import type { BranchSpec } from '../../lib/columnar/root-writer/index.js';
import { type Geometry, geometryOf } from './geometry.js';

/** What becomes of a branch in a copy. */
export type Role = Geometry | 'event' | 'sumWeights';

/** The branches with a meaning of their own; a file may lack the last two. */
export interface BranchNames {
  readonly event: string;
  readonly weight: string;
  readonly sumWeights: string;
}

/** The names of ATLAS Open Data. */
export const openDataNames: BranchNames = {
  event: 'eventNumber',
  weight: 'mcWeight',
  sumWeights: 'SumWeights',
};

/** Where the first ancestor's event number is kept; decisions.md 25 lets the split follow it. */
export const parentBranch = 'parentEventNumber';

/** One branch of the output and where it comes from. */
export interface PlannedBranch {
  readonly source: string;
  readonly role: Role;
  readonly spec: BranchSpec;
}

export interface Layout {
  readonly branches: readonly PlannedBranch[];
  /** True where the inputs have the parent branch already: copies of copies keep the first ancestor. */
  readonly hasParent: boolean;
}

const largestInt32 = 0x7fffffff;

/**
 * Decides the output's branches: counters first, since ROOT wants them before what they count.
 * @throws amplify_branch_missing, amplify_geometry
 */
export function planLayout(branches: readonly BranchInfo[], names: BranchNames, events: number): Layout {
  const event = branches.find((branch) => branch.name === names.event);
  if (event === undefined || event.shape.kind !== 'scalar') {
    throw new RmmError(
      'amplify_branch_missing',
      `there is no branch ${names.event} with one number an event; amplify gives each copy a number of its own and ` +
        `needs it (branches: ${branches.map((branch) => branch.name).join(', ')})`,
      { context: { branch: names.event } },
    );
  }
  const planned = branches.map((branch) => planBranch(branch, branches, names, events));
  const counters = new Set(planned.flatMap(({ spec }) => (spec.form === 'counted' ? [spec.counter] : [])));
  return {
    branches: [
      ...planned.filter(({ spec }) => counters.has(spec.name)),
      ...planned.filter(({ spec }) => !counters.has(spec.name)),
    ],
    hasParent: branches.some((branch) => branch.name === parentBranch),
  };
}

function planBranch(
  branch: BranchInfo,
  all: readonly BranchInfo[],
  names: BranchNames,
  events: number,
): PlannedBranch {
  const role = roleOf(branch, names);
  const form = formOf(branch, all);
  const wide = role === 'event' && events > largestInt32;
  invariant(branch.type !== null, `branch ${branch.name} cannot be read`);
  return { source: branch.name, role, spec: { ...form, type: wide ? 'int64' : branch.type } };
}

function roleOf(branch: BranchInfo, names: BranchNames): Role {
  if (branch.name === names.event) return 'event';
  if (branch.name === names.sumWeights) return 'sumWeights';
  return geometryRole(branch);
}

/** How a branch turns with its event. @throws amplify_geometry */
export function geometryRole(branch: BranchInfo): Geometry {
  const geometry = geometryOf(branch.name);
  const real = branch.type === 'float32' || branch.type === 'float64';
  if (geometry === 'fixed' || (geometry !== undefined && real && branch.shape.kind !== 'fixed'))
    return geometry;
  throw new RmmError(
    'amplify_geometry',
    `branch ${branch.name} of type ${branch.typeName} turns with the event, but not in a way that amplify knows; ` +
      'use files with pt, eta, phi and E only',
    { context: { branch: branch.name } },
  );
}

/** A jagged branch stays a std::vector or a counted array, whichever it was. */
function formOf(
  branch: BranchInfo,
  all: readonly BranchInfo[],
):
  | { name: string; form: 'flat' | 'vector' }
  | { name: string; form: 'fixed'; length: number }
  | { name: string; form: 'counted'; counter: string } {
  const name = branch.name.slice(branch.name.lastIndexOf('/') + 1);
  if (branch.shape.kind === 'scalar') return { name, form: 'flat' };
  if (branch.shape.kind === 'fixed') return { name, form: 'fixed', length: branch.shape.length };
  const counter = /\[([^\]]+)\]/.exec(branch.title)?.[1];
  const counts = all.find((other) => other.name === counter);
  const usable = counts?.shape.kind === 'scalar' && /^u?int(8|16|32)$/.test(counts.type ?? '');
  if (counter === undefined || !usable || branch.typeName.startsWith('std::'))
    return { name, form: 'vector' };
  return { name, form: 'counted', counter };
}
