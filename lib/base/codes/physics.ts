import type { CodeSpec } from './code-spec.js';

/** Error codes of physics. */
export const physicsCodes = {
  selection_option_invalid: {
    domain: 'user',
    exit: 2,
    summary: 'A selection option has a value that cannot be used.',
    cure: 'Correct the key that the message names; docs/physics.md lists every cut with its default.',
  },
  selection_column_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The object rules in force need a column that the input does not have.',
    cure: 'Map the branch that the message names in the input profile, or choose object rules that do without it.',
  },
  selection_trigger_unknown: {
    domain: 'user',
    exit: 2,
    summary: 'A trigger is asked for that the input does not have.',
    cure: 'Use one of the triggers that the message lists, or map the missing branch in the input profile.',
  },
  selection_trigger_year: {
    domain: 'user',
    exit: 2,
    summary: 'The dilepton trigger menu has no list for the data-taking year of an event.',
    cure: 'Give the triggers by name in selection.triggers, or set selection.trigger_menu to none.',
  },
  features_option_invalid: {
    domain: 'user',
    exit: 2,
    summary: 'A feature option has a value that cannot be used.',
    cure: 'Correct the key that the message names; docs/physics.md lists the feature sets with their options.',
  },
} as const satisfies Record<string, CodeSpec>;
