export type { Override } from './environment.js';
export { nameMatcher } from './glob-pattern.js';
export {
  applicableConfig,
  canonicalJson,
  configurationHash,
  configurationIdentity,
  diffConfig,
  resultConfig,
  selectionHash,
  selectionIdentity,
} from './identity.js';
export { type InputFile, type ResolvedSample, resolveInputs } from './inputs.js';
export { type CheckedConfig, checkConfig, type LoadedConfig, type LoadOptions, loadConfig } from './load.js';
export { describeSource, type Source } from './located.js';
export { didYouMean, nearest } from './nearest.js';
export { describeProblem, type Problem, problemsError } from './problem.js';
export { loadProfile, parseProfile, profileNames } from './profile.js';
export {
  type BranchNeeds,
  describeMismatch,
  type MissingBranch,
  matchProfile,
  type NeededBranch,
  neededBranches,
  type PresentBranch,
  type ProfileMatch,
} from './profile-branches.js';
export { type BranchUnit, type BranchValue, type Profile, unitFactor } from './profile-schema.js';
export { type NeedsSamples, sourceOf } from './rules.js';
export type { Config, Sample, SampleKind } from './schema/index.js';
export { usualScoreOptions } from './schema/scores.js';
export { columnsOfScore, isPositiveScore, rankedScore, scoreColumnNames } from './score-columns.js';
export { secretMask, showConfig, shownConfig } from './show.js';
export type { JsonObject, JsonValue } from './validate.js';
