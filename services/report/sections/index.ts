import type { SectionMaker } from '../context.js';
import { neededStrength } from './needed-strength.js';
import { studies } from './studies.js';

/** Makers of the report's sections, in the order in which they are read. */
export const sectionMakers: readonly SectionMaker[] = [neededStrength, studies];
