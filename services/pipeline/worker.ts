import { workerData } from 'node:worker_threads';
import { Handover, serveTasks } from '../../lib/flow/worker-main.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { loadModel } from '../scorer/model-folder.js';
import { BlockScorer } from '../scorer/operator.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import { backendChoice } from '../trainer/config.js';
import { EventPass } from './event-pass.js';
import { buffersOf, runFeatureTableTask, type TableScratch, tableScratch } from './feature-table-task.js';
import { runFeatureTask } from './feature-task.js';
import type { FileContext } from './file-context.js';
import { layoutOf } from './layout.js';
import { runDirectScoreTask, runScoreTask, ScoreScratch } from './score-task.js';
import type { RunTask, WorkerSettings } from './tasks.js';
import { runWeighTask } from './weigh-task.js';

// The thread of the embedded engine: one fused pass from file to features or scores, one task at a time.
const settings = workerData as WorkerSettings;
const layout = layoutOf(settings.directory);
let pass: EventPass | undefined;
let scorer: Promise<BlockScorer> | undefined;
let scratch: TableScratch | undefined;
const plan = scorePlanOf(settings.config);
const held = new ScoreScratch(plan);

/** Ranges of one file follow each other, so its reader is kept until another file comes. */
async function passOf(file: FileContext): Promise<EventPass> {
  if (pass !== undefined && pass.file.path === file.path && pass.file.fingerprint === file.fingerprint)
    return pass;
  pass?.close();
  pass = undefined;
  pass = await EventPass.open(settings, file, settings.alteration);
  return pass;
}

async function openScorer(): Promise<BlockScorer> {
  const { config, modelFolder, threads } = settings;
  const { backend } = await findBackend(
    backendChoice(config),
    backendCandidates(threads, config.learning.device),
  );
  return BlockScorer.create(loadModel(modelFolder), backend, config, threads);
}

serveTasks(async (input, step) => {
  const task = input as RunTask;
  switch (task.kind) {
    case 'weigh':
      return runWeighTask(task, settings, step);
    case 'features':
      return runFeatureTask(
        task,
        await passOf(task.range.file),
        held.reserve(task.range.count).table,
        layout,
        settings.config.scaler.weights,
        step,
      );
    case 'table': {
      const pass = await passOf(task.range.file);
      scratch ??= tableScratch(pass.layout, settings.config.engine.range_events);
      const table = runFeatureTableTask(task, pass, scratch, step);
      return new Handover(table, buffersOf(table));
    }
    case 'score':
      scorer ??= openScorer();
      return runScoreTask(task, held, await scorer, layout, settings.config, step);
    case 'direct':
      scorer ??= openScorer();
      return runDirectScoreTask(
        task,
        await passOf(task.range.file),
        held,
        await scorer,
        layout,
        settings.config,
        step,
      );
  }
});
