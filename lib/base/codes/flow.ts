import type { CodeSpec } from './code-spec.js';

/** Error codes of flow. */
export const flowCodes = {} as const satisfies Record<string, CodeSpec>;
