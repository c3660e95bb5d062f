import { workerData } from 'node:worker_threads';
import type { ServiceContext } from '../../../services/kafka/context.js';
import { RunNames } from '../../../services/kafka/topics.js';
import { prepareLetters } from '../../../services/scorer/finish-letters.js';
import { fileOfLetters, manyLetters } from '../../support/many-letters.js';
import { kafkaConfig } from '../../support/service-context.js';

const { count, directory } = workerData as { readonly count: number; readonly directory: string };
const context = {
  loaded: kafkaConfig({ output: { directory } }, directory),
  names: new RunNames('rmmstream'),
  client: manyLetters(count),
  view: { state: { files: [fileOfLetters(count)] } },
} as unknown as ServiceContext;
const { folder } = await prepareLetters(context, [], new AbortController().signal);
folder.publish();
