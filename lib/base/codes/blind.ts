import type { CodeSpec } from './code-spec.js';

/** Error codes of sealed files. */
export const blindCodes = {
  blind_name_invalid: {
    domain: 'user',
    exit: 2,
    summary: 'The name of a seal is none that a file can have.',
    cure: 'Choose a name of letters, digits, _ . + and -.',
  },
  blind_sealed_before: {
    domain: 'user',
    exit: 2,
    summary: 'A seal of that name is there already.',
    cure: 'Choose another name: a seal is never written again.',
  },
  blind_file_missing: {
    domain: 'user',
    exit: 2,
    summary: 'A file that is sealed, or shall be, cannot be read.',
    cure: 'Give the folder in which the sealed files lie with --inputs.',
  },
  blind_seal_broken: {
    domain: 'user',
    exit: 2,
    summary: 'A seal is missing, damaged, or was changed after it was written.',
    cure: 'Take the seal as it was written; changed ones are not opened.',
  },
  blind_opened_before: {
    domain: 'user',
    exit: 2,
    summary: 'A seal was opened before; blind files are scored once.',
    cure: 'Look at the result of the first opening, which the message names.',
  },
  blind_changed: {
    domain: 'user',
    exit: 2,
    summary: 'The model, the configuration or a file is not what was sealed.',
    cure: 'Open the seal with the run and the files that it was made with.',
  },
} as const satisfies Record<string, CodeSpec>;
