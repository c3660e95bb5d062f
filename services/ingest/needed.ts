import type { Config, NeededBranch, Profile } from '../../lib/config/index.js';
// Not through the index: every worker loads this, and schemas, YAML and validation are of no use to it.
import { neededBranches } from '../../lib/config/profile-branches.js';
import type { ObjectFields } from './raw-events.js';

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

/** What events must have for a configuration to be applied to them, by the names of lib/physics/events.ts. */
export interface EventFields extends ObjectFields {
  readonly triggers: readonly string[];
}

/** The fields of events that every file of a configuration has. */
export function eventFieldsOf(config: Config, profile: Profile): EventFields {
  const { triggers } = config.selection;
  const needed = neededBranches(profile, { features: config.features.type, kind: 'data', triggers });
  const below = (group: string) =>
    needed.flatMap(({ field }) => (field.startsWith(group) ? [field.slice(group.length)] : []));
  return { leptons: below('leptons.'), jets: below('jets.'), triggers };
}
