import type { CodeSpec } from './code-spec.js';

/** Error codes of dead letters, of the ledger and of what is done again from topics. */
export const deadLetterCodes = {
  ledger_open: {
    domain: 'external',
    exit: 1,
    summary:
      'Entries are still on their way, so the ledger does not close yet; nothing is missing or doubled.',
    cure: 'Let the services finish, then ask again; `rmmstream topics lag CONFIG` shows who is behind.',
  },
  ledger_wrong: {
    domain: 'data',
    exit: 1,
    summary: 'Entries are missing or doubled: the scores are not what the input files hold.',
    cure: 'Look at the blocks that the ledger names: one that is missing can be read again with `rmmstream dlq redrive --from-source`; for anything else start over with `rmmstream run --fresh` and report it.',
  },
  run_not_on_record: {
    domain: 'user',
    exit: 2,
    summary: 'The topics hold no run.',
    cure: 'Check kafka.prefix, or start the run with `rmmstream run CONFIG`.',
  },
  letter_unknown: {
    domain: 'user',
    exit: 2,
    summary: 'There is no dead letter with this id.',
    cure: '`rmmstream dlq list CONFIG --all` shows every id.',
  },
  letter_settled: {
    domain: 'user',
    exit: 2,
    summary: 'What the dead letter is about was sent again already, so that it would count twice.',
    cure: 'Nothing: `rmmstream ledger CONFIG` shows what became of it. --again sends it all the same.',
  },
  letter_patch_invalid: {
    domain: 'user',
    exit: 2,
    summary:
      'A repaired record still holds values that cannot be used, or a place that is not there was to be set.',
    cure: 'Set what the message names with --set, or in the file for --file; `rmmstream dlq show` prints the record.',
  },
  letter_not_redrivable: {
    domain: 'user',
    exit: 2,
    summary: 'The dead letter cannot be sent again in this way.',
    cure: 'An event takes --set or --file; a whole message --from-source, --as-it-is or --file; what belongs to no input file needs nothing.',
  },
  letter_body_gone: {
    domain: 'external',
    exit: 1,
    summary: 'The bytes of the message are neither in its dead letter nor any more where it lay.',
    cure: 'Read the block again from its input file with --from-source.',
  },
} as const satisfies Record<string, CodeSpec>;
