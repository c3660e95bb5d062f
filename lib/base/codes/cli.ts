import type { CodeSpec } from './code-spec.js';

/** Error codes of the command line. */
export const cliCodes = {
  cli_usage: {
    domain: 'user',
    exit: 2,
    summary: 'The command line has an unknown command or option, or lacks an argument.',
    cure: 'Look at `rmmstream --help` or `rmmstream COMMAND --help`.',
  },
  internal: {
    domain: 'internal',
    exit: 1,
    summary: 'Something failed that rmmstream did not expect.',
    cure: 'This is a defect of rmmstream: report it with the command and the output under RMMSTREAM_DEBUG=1.',
  },
} as const satisfies Record<string, CodeSpec>;
