import { parentPort } from 'node:worker_threads';
import { scoreAndTrain } from './training-run.js';

parentPort!.postMessage(await scoreAndTrain('onnxruntime-node', 1));
