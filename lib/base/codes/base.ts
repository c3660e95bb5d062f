import type { CodeSpec } from './code-spec.js';

/** Error codes that any part may raise. */
export const baseCodes = {
  internal_invariant: {
    domain: 'internal',
    exit: 1,
    summary: 'Something that must always hold did not hold.',
    cure: 'This is a defect of rmmstream: report it with the message and the command that was run.',
  },
  disk_full: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'The disk that takes the output has no room left.',
    cure: 'Free some room or choose another output directory, then run the same command again: finished parts are kept.',
  },
  output_unwritable: {
    domain: 'user',
    exit: 2,
    summary: 'The output directory cannot be written.',
    cure: 'Choose a directory that you may write to with --output or output.directory.',
  },
  interrupted: {
    domain: 'user',
    exit: 1,
    retry: true,
    summary: 'The command was stopped by a signal before its end; its exit code is 130.',
    cure: 'Run the same command again: run, train and score go on where they stopped.',
  },
  io_failed: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'Reading or writing a file failed in the operating system.',
    cure: 'Look at the path and the system error in the message, mend them, and run the same command again.',
  },
} as const satisfies Record<string, CodeSpec>;
