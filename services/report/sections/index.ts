import type { SectionMaker } from '../context.js';
import { cellsSection } from './cells.js';
import { eventsSection } from './events.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [cellsSection, eventsSection];
