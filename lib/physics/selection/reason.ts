/**
 * What became of an input event, one byte each: selected, the first cut that rejected it, or why it is a
 * dead letter. Dead letters are in no count of the cut flow.
 */
export const reason = {
  selected: 0,
  trigger: 1,
  leptons: 2,
  leptonPt: 3,
  mll: 4,
  weightNotFinite: 5,
  weightAbsurd: 6,
  unphysical: 7,
} as const;

/** How many reasons there are. */
export const reasonCount = 8;

/** First code that is a dead letter. */
export const firstDeadLetter: number = reason.weightNotFinite;

/** Name of each reason, as it stands in dead letters and in run.json. */
export const reasonNames: readonly string[] = [
  'selected',
  'trigger',
  'leptons',
  'lepton_pt',
  'mll',
  'weight_not_finite',
  'weight_absurd',
  'unphysical_value',
];
