import type { CodeSpec } from './code-spec.js';

/** Error codes of columnar. */
export const columnarCodes = {} as const satisfies Record<string, CodeSpec>;
