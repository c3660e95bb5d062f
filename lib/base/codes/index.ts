import { amplifyCodes } from './amplify.js';
import { baseCodes } from './base.js';
import { blindCodes } from './blind.js';
import { cliCodes } from './cli.js';
import { columnarCodes } from './columnar.js';
import { configCodes } from './config.js';
import { deadLetterCodes } from './dead-letters.js';
import { flowCodes } from './flow.js';
import { kafkaCodes } from './kafka.js';
import { learningCodes } from './learning.js';
import { physicsCodes } from './physics.js';
import { planCodes } from './plan.js';
import { reportCodes } from './report.js';
import { servicesCodes } from './services.js';
import { statisticsCodes } from './statistics.js';
import { tableCodes } from './tables.js';
import { tuneCodes } from './tune.js';
import { wireCodes } from './wire.js';

/** The closed list of everything that can go wrong; docs/errors.md is generated from it. */
export const errorCodes = {
  ...baseCodes,
  ...columnarCodes,
  ...tableCodes,
  ...physicsCodes,
  ...statisticsCodes,
  ...learningCodes,
  ...flowCodes,
  ...kafkaCodes,
  ...wireCodes,
  ...deadLetterCodes,
  ...configCodes,
  ...servicesCodes,
  ...cliCodes,
  ...amplifyCodes,
  ...tuneCodes,
  ...reportCodes,
  ...blindCodes,
  ...planCodes,
} as const;

export type ErrorCode = keyof typeof errorCodes;
