import { measuredRates } from '../../services/plan/rates.js';
import { type PlanRequest, usualRequest } from '../../services/plan/request.js';

/** The 2 TB of docs/scaling.md in a day. */
export const request: PlanRequest = {
  ...usualRequest,
  events: 1e9,
  bytesPerEvent: 2000,
  hours: 24,
  rates: measuredRates,
};
