import type { SectionMaker } from '../context.js';
import { agreementSection } from './agreement.js';
import { checksSection } from './checks.js';
import { cutFlowSection } from './cut-flow.js';
import { errorsSection } from './error-distributions.js';
import { neededStrength } from './needed-strength.js';
import { periodsSection } from './periods.js';
import { provenanceSection } from './provenance.js';
import { regionsSection } from './regions.js';
import { rocSection } from './roc.js';
import { significanceSection } from './significance.js';
import { studies } from './studies.js';
import { trainingSection } from './training.js';
import { workspaceSection } from './workspace.js';

/** Makers of the report's sections with the names that progress has for them, in the order in which they are read. */
export const sectionMakers: readonly { readonly name: string; readonly make: SectionMaker }[] = [
  { name: 'cut flow', make: cutFlowSection },
  { name: 'checks', make: checksSection },
  { name: 'agreement', make: agreementSection },
  { name: 'periods', make: periodsSection },
  { name: 'errors', make: errorsSection },
  { name: 'roc', make: rocSection },
  { name: 'regions', make: regionsSection },
  { name: 'significance', make: significanceSection },
  { name: 'strength', make: neededStrength },
  { name: 'studies', make: studies },
  { name: 'workspaces', make: workspaceSection },
  { name: 'training', make: trainingSection },
  { name: 'provenance', make: provenanceSection },
];
