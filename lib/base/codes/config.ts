import type { CodeSpec } from './code-spec.js';

/** Error codes of config. */
export const configCodes = {} as const satisfies Record<string, CodeSpec>;
