import type { Row } from './panel.js';
import { flow } from './rows/flow.js';
import { glance } from './rows/glance.js';
import { model } from './rows/model.js';
import { position } from './rows/position.js';
import { processes } from './rows/processes.js';

/** The overview, from what a person looks at first to what explains it. */
export const rows: readonly Row[] = [glance, flow, position, model, processes];
