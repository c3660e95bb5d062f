import type { CodeSpec } from './code-spec.js';

/** Error codes of physics. */
export const physicsCodes = {} as const satisfies Record<string, CodeSpec>;
