import type { SectionMaker } from '../context.js';
import { agreementSection } from './agreement.js';
import { checksSection } from './checks.js';
import { periodsSection } from './periods.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [checksSection, agreementSection, periodsSection];
