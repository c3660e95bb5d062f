import { parentPort, workerData } from 'node:worker_threads';
import { scoreAndTrain } from './training-run.js';

parentPort!.postMessage(await scoreAndTrain(workerData as string, 1));
