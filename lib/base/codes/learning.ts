import type { CodeSpec } from './code-spec.js';

/** Error codes of learning. */
export const learningCodes = {} as const satisfies Record<string, CodeSpec>;
