import type { CodeSpec } from './code-spec.js';

/** Error codes of columnar. */
export const columnarCodes = {
  root_file_missing: {
    domain: 'user',
    exit: 2,
    summary: 'A ROOT file that was asked for does not exist.',
    cure: 'Check the path; patterns are relative to the configuration file.',
  },
  root_is_directory: {
    domain: 'user',
    exit: 2,
    summary: 'A directory was given where a ROOT file belongs.',
    cure: 'Name the files in it, for instance with a pattern such as folder/*.root.',
  },
  root_remote_url: {
    domain: 'user',
    exit: 2,
    summary: 'A remote address was given where a local ROOT file belongs.',
    cure: 'Copy the file to a local disk first: xrdcp root://... .',
  },
  root_file_empty: {
    domain: 'data',
    exit: 2,
    summary: 'The file holds no bytes at all.',
    cure: 'Copy or make the file again.',
  },
  root_not_a_root_file: {
    domain: 'data',
    exit: 2,
    summary: 'The file does not begin as ROOT files do.',
    cure: 'Give a file written by ROOT or uproot; a text or HTML file with the ending .root is often a failed download.',
  },
  root_truncated: {
    domain: 'data',
    exit: 1,
    summary: 'The ROOT file ends before the length that its own header gives, or its writer never closed it.',
    cure: 'Copy the file again and compare the sizes; if the original is as short, make it again.',
  },
  root_corrupt: {
    domain: 'data',
    exit: 1,
    summary: 'Bytes of a ROOT file contradict the format, a checksum or each other.',
    cure: 'Copy the file again and compare checksums; the message names branch, basket and byte.',
  },
  root_file_changed: {
    domain: 'data',
    exit: 1,
    summary: 'A ROOT file changed between being opened and being read.',
    cure: 'Let whatever writes the file finish, then run again.',
  },
  root_unsupported: {
    domain: 'data',
    exit: 2,
    summary: 'The ROOT file uses a form of storage that this reader does not know.',
    cure: 'Write the file again with a current ROOT or uproot; the message names what is not known.',
  },
  root_tree_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The ROOT file has no tree of the name that was asked for, or no tree at all.',
    cure: 'Choose one of the trees that the message lists.',
  },
  root_branch_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The tree has no branch of the name that was asked for.',
    cure: 'Choose one of the nearest names in the message; rmmstream inspect lists all.',
  },
  root_branch_unsupported: {
    domain: 'user',
    exit: 2,
    summary: 'The branch exists but its type cannot be read as a flat or singly-jagged column of numbers.',
    cure: 'Leave the branch out, or write it again as numbers, fixed arrays or vectors of numbers.',
  },
} as const satisfies Record<string, CodeSpec>;
