import { workerData } from 'node:worker_threads';
import { serveTasks } from '../../../lib/flow/worker-main.js';
import { eventPictures } from './event-pictures.js';
import type { TopEntry } from './score-board.js';
import type { BoardSettings } from './tasks.js';

// A thread of its own: over Kafka an event may have to be looked for in all files of features, and scores go on meanwhile.
serveTasks((entry, step) =>
  eventPictures(entry as TopEntry, workerData as BoardSettings, () => step(undefined)),
);
