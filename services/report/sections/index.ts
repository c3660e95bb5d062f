import type { SectionMaker } from '../context.js';
import { agreementSection } from './agreement.js';
import { periodsSection } from './periods.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [agreementSection, periodsSection];
