import type { Config, NeededBranch, Profile } from '../../lib/config/index.js';
// Not through the index: every worker loads this, and schemas, YAML and validation are of no use to it.
import { neededBranches } from '../../lib/config/profile-branches.js';

/** The branches to read of one file: what the configuration needs, and of the optional ones those that are there. */
export function branchesToRead(
  config: Config,
  profile: Profile,
  file: { readonly data: boolean; readonly available: ReadonlySet<string> },
): NeededBranch[] {
  const needed = neededBranches(profile, {
    features: config.features.type,
    kind: file.data ? 'data' : 'background',
    triggers: config.selection.triggers,
  });
  return needed.filter(({ optional, branch }) => !optional || file.available.has(branch));
}
