import type { CodeSpec } from './code-spec.js';

/** Error codes of the ROOT writer and of `amplify`. */
export const amplifyCodes = {
  root_writer_branches: {
    domain: 'internal',
    exit: 1,
    summary: 'The list of branches to write to a ROOT file is not one that ROOT can hold.',
    cure: 'Give each branch a name of its own, and put an integer branch that counts others before them.',
  },
  root_writer_count: {
    domain: 'data',
    exit: 1,
    summary: 'A counter branch and the branches that it counts disagree in an entry.',
    cure: 'Look at the entry named in the message: the source file is damaged or was written inconsistently.',
  },
  root_writer_basket: {
    domain: 'data',
    exit: 1,
    summary: 'A part of a branch is larger than ROOT allows in one piece.',
    cure: 'Write with fewer entries a cluster; entries this large are usually a sign of a damaged source.',
  },
  amplify_empty: {
    domain: 'user',
    exit: 2,
    summary: 'The files to amplify hold no event.',
    cure: 'Give at least one file with events; `rmmstream inspect FILE` shows how many there are.',
  },
  amplify_output_is_input: {
    domain: 'user',
    exit: 2,
    summary: 'The file to write is one of the files to read.',
    cure: 'Give --output a name of its own.',
  },
  amplify_branches_differ: {
    domain: 'user',
    exit: 2,
    summary: 'Files that are amplified together have different branches.',
    cure: 'Amplify files of one layout together, and the others in another call.',
  },
  amplify_branch_missing: {
    domain: 'user',
    exit: 2,
    summary: 'A branch that amplify must rewrite is not in the file.',
    cure: 'Use files with the branch named in the message.',
  },
  amplify_geometry: {
    domain: 'user',
    exit: 2,
    summary: 'A branch changes under rotation or reflection in a way that amplify does not know.',
    cure: 'Use files that describe objects by pt, eta, phi and E, without cartesian components.',
  },
} as const satisfies Record<string, CodeSpec>;
