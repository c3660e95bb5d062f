import {
  type BranchNeeds,
  describeMismatch,
  matchProfile,
  neededBranches,
  type Profile,
} from '../lib/config/index.js';
import type { InspectedFile, InspectedTree } from './inspected-file.js';

/** How a file and a profile go together. */
export interface ProfileFit {
  readonly profile: string;
  /** The tree of the profile, the newest cycle; undefined where the file has none. */
  readonly tree: InspectedTree | undefined;
  readonly fits: boolean;
  /** One line for each thing that does not fit. */
  readonly reasons: readonly string[];
}

/** Compares what `needs` asks of `profile` with what `file` has. */
export function profileFit(profile: Profile, needs: BranchNeeds, file: InspectedFile): ProfileFit {
  const tree = file.trees
    .filter((candidate) => candidate.name === profile.tree)
    .reduce<InspectedTree | undefined>(
      (newest, candidate) => (newest === undefined || candidate.cycle > newest.cycle ? candidate : newest),
      undefined,
    );
  if (tree === undefined) {
    const names = [...new Set(file.trees.map((candidate) => candidate.name))];
    const there = names.length === 0 ? 'no tree at all' : `the trees ${names.join(', ')}`;
    return {
      profile: profile.name,
      tree,
      fits: false,
      reasons: [`missing tree ${profile.tree}; the file has ${there}`],
    };
  }
  const match = matchProfile(neededBranches(profile, needs), tree.branches);
  return { profile: profile.name, tree, fits: match.fits, reasons: describeMismatch(match) };
}
