import type { SectionMaker } from '../context.js';
import { regionsSection } from './regions.js';
import { significanceSection } from './significance.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [regionsSection, significanceSection];
