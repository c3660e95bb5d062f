import type { CodeSpec } from './code-spec.js';

function user(summary: string, cure: string): CodeSpec {
  return { domain: 'user', exit: 2, summary, cure };
}

/** Error codes of the configuration, of input profiles and of input file lists. */
export const configCodes = {
  config_unreadable: user(
    'The configuration file cannot be read.',
    'Give the path of a YAML file that exists, is a plain file and is smaller than 4 MB.',
  ),
  config_syntax: user(
    'The configuration is not valid YAML.',
    'Mend the line that the message names; look for a wrong indent, a missing colon or an unclosed bracket or quote.',
  ),
  config_invalid: user(
    'The configuration has several problems, all of them listed.',
    'Mend each line of the list; `rmmstream validate CONFIG` checks again without running anything.',
  ),
  config_unknown_key: user(
    'The configuration has a key that rmmstream does not know.',
    'Use the key that the message proposes, or take the key away; docs/configuration.md lists every key.',
  ),
  config_prototype_key: user(
    'The configuration has a key that is refused for safety (__proto__, constructor, prototype).',
    'Take the key away.',
  ),
  config_wrong_type: user(
    'A value of the configuration has the wrong type.',
    'Write the value in the form that the message expects; docs/configuration.md has an entry for the key.',
  ),
  config_out_of_range: user(
    'A value of the configuration is outside what is allowed.',
    'Choose a value within the limits that the message states.',
  ),
  config_missing_key: user(
    'A key that has no default is missing from the configuration.',
    'Add the key at the place that the message names.',
  ),
  config_not_applicable: user(
    'A key is given where another key makes it meaningless.',
    'Take the key away, or change the other one to a value with which it is read.',
  ),
  config_conflict: user(
    'Two parts of the configuration contradict each other.',
    'Change one of the two keys that the message names.',
  ),
  config_no_column: user(
    'A pattern of training.loss.feature_weights matches no column.',
    'Write a pattern that matches names of columns, such as mT* or "m(e1,*)"; docs/physics.md says how columns are named.',
  ),
  config_no_samples: user(
    'The configuration lists no input samples.',
    'List at least one sample under input.samples, with name, kind and files.',
  ),
  config_no_background: user(
    'The configuration has no background sample, so there is nothing to train on.',
    'Add a sample with kind: background, or score with a finished model: rmmstream score --model DIR.',
  ),
  input_glob_empty: user(
    'A file pattern matches no file.',
    'Check the pattern; it is relative to the folder of the configuration file.',
  ),
  input_file_missing: user(
    'An input file does not exist.',
    'Check the path; it is relative to the folder of the configuration file.',
  ),
  input_not_a_file: user(
    'An input path is a directory or a device, not a file.',
    'List the files in it, for example with DIRECTORY/*.root.',
  ),
  input_folder_unreadable: user(
    'A directory that a file pattern looks into cannot be read, so files in it would be left out.',
    'Give the user that runs rmmstream the right to list it, or narrow the pattern.',
  ),
  input_remote: user(
    'An input path is a remote address, which rmmstream does not read.',
    'Copy the file to a local disk first (for root:// with xrdcp) and give the local path.',
  ),
  input_file_repeated: user(
    'The same input file is listed twice, so its events would count twice.',
    'Take it out of one of the two places that the message names.',
  ),
  input_unfit: user(
    'Several input files cannot be used, all of them listed.',
    'Mend or take away each file of the list; `rmmstream inspect FILE` shows what is in one.',
  ),
  profile_unknown: user(
    'The input profile does not exist.',
    'Choose a profile in schemas/profiles, or give the path of a profile of your own that ends in .yaml.',
  ),
  profile_invalid: user(
    'The input profile is not valid.',
    'Mend the lines that the message names; schemas/profiles/atlas-open-data-2020.yaml is an example.',
  ),
} as const satisfies Record<string, CodeSpec>;
