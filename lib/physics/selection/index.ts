export { CutFlow, type CutFlowStep, cutFlowSteps, deadLetterCounts } from './cut-flow.js';
export { isPhysical, objectClass } from './object-class.js';
export {
  type LeptonRequirement,
  type ObjectRules,
  type SelectionOptions,
  selectionDefaults,
  selectionOptions,
} from './options.js';
export { firstDeadLetter, reason, reasonCount, reasonNames } from './reason.js';
export { select, splitByClass } from './select.js';
export { IndexList, Selected } from './selected.js';
export { dileptonTriggers, triggersOfYear } from './trigger-menu.js';
export { isCorrupt, medianAbsWeight, weightLimit, weightVerdict } from './weights.js';
