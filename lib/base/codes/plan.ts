import type { CodeSpec } from './code-spec.js';

/** Error codes of capacity planning. */
export const planCodes = {
  plan_impossible: {
    domain: 'user',
    exit: 2,
    summary: 'What is asked for cannot be done in the time, whatever the number of machines.',
    cure: 'Follow the message: more hours, fewer epochs, a faster trainer, or several runs.',
  },
} as const satisfies Record<string, CodeSpec>;
