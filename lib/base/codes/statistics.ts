import type { CodeSpec } from './code-spec.js';

/** Error codes of statistics. */
export const statisticsCodes = {} as const satisfies Record<string, CodeSpec>;
