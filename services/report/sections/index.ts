import type { SectionMaker } from '../context.js';
import { agreementSection } from './agreement.js';
import { blindSection } from './blind.js';
import { bumpSection } from './bump.js';
import { cellsSection } from './cells.js';
import { checksSection } from './checks.js';
import { cutFlowSection } from './cut-flow.js';
import { errorsSection } from './error-distributions.js';
import { eventsSection } from './events.js';
import { neededStrengthSection } from './needed-strength.js';
import { periodsSection } from './periods.js';
import { provenanceSection } from './provenance.js';
import { regionsSection } from './regions.js';
import { rocSection } from './roc.js';
import { significanceSection } from './significance.js';
import { studiesSection } from './studies.js';
import { trainingSection } from './training.js';
import { workspaceSection } from './workspace.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [
  cutFlowSection,
  checksSection,
  agreementSection,
  periodsSection,
  errorsSection,
  rocSection,
  regionsSection,
  significanceSection,
  bumpSection,
  cellsSection,
  eventsSection,
  neededStrengthSection,
  studiesSection,
  blindSection,
  workspaceSection,
  trainingSection,
  provenanceSection,
];
