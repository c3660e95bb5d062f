import type { RegisterCommand } from '../frame.js';
import { inspectRootFile } from '../inspect-root-file.js';
import { registerAmplify } from './amplify.js';
import { registerBlind } from './blind.js';
import { registerConfig } from './config-show.js';
import { registerDashboard } from './dashboard.js';
import { registerDlq } from './dlq.js';
import { registerDoctor } from './doctor.js';
import { registerFeatures } from './features.js';
import { registerGraph } from './graph.js';
import { registerInspect } from './inspect.js';
import { registerLedger } from './ledger.js';
import { registerModel } from './model.js';
import { registerPlan } from './plan.js';
import { registerReplay } from './replay.js';
import { registerReport } from './report.js';
import { registerRun, registerTrain } from './run.js';
import { registerScore } from './score.js';
import { registerService } from './service.js';
import { registerStatus } from './status.js';
import { registerStudy } from './study.js';
import { registerTap } from './tap.js';
import { registerTop } from './top.js';
import { registerTopics } from './topics.js';
import { registerTune } from './tune.js';
import { registerValidate } from './validate.js';

/** Every command, in the order of --help. */
export const commands: readonly RegisterCommand[] = [
  registerRun,
  (program, cli) => registerInspect(program, cli, inspectRootFile),
  registerFeatures,
  registerTrain,
  registerTune,
  registerReport,
  registerStudy,
  registerBlind,
  registerScore,
  registerModel,
  (program, cli) => registerValidate(program, cli, inspectRootFile),
  registerConfig,
  registerDoctor,
  registerService,
  registerDashboard,
  registerTopics,
  registerLedger,
  registerDlq,
  registerReplay,
  registerStatus,
  registerTop,
  registerTap,
  registerGraph,
  registerAmplify,
  registerPlan,
];
