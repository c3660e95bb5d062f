import type { SectionMaker } from '../context.js';
import { regionsSection } from './regions.js';
import { rocSection } from './roc.js';
import { significanceSection } from './significance.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [rocSection, regionsSection, significanceSection];
