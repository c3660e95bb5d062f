import type { CodeSpec } from './code-spec.js';

/** Error codes of cli. */
export const cliCodes = {} as const satisfies Record<string, CodeSpec>;
