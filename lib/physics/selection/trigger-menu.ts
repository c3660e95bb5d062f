import { RmmError } from '../../base/error.js';

const run2017And2018 = [
  'HLT_2e17_lhvloose_nod0_L12EM15VHI',
  'HLT_2e24_lhvloose_nod0',
  'HLT_2mu14',
  'HLT_mu22_mu8noL1',
  'HLT_e17_lhloose_nod0_mu14',
  'HLT_e26_lhmedium_nod0_mu8noL1',
  'HLT_e7_lhmedium_nod0_mu24',
] as const;

/** Dilepton triggers of each data-taking year: any of the list fires. */
export const dileptonTriggers: Readonly<Record<number, readonly string[]>> = {
  2015: [
    'HLT_2e15_lhvloose_nod0_L12EM13VH',
    'HLT_2e12_lhloose_L12EM10VH',
    'HLT_2mu10',
    'HLT_mu18_mu8noL1',
    'HLT_e17_lhloose_mu14',
    'HLT_e7_lhmedium_mu24',
  ],
  2016: [
    'HLT_2e15_lhvloose_nod0_L12EM13VH',
    'HLT_2e17_lhvloose_nod0',
    'HLT_2mu10',
    'HLT_2mu14',
    'HLT_mu20_mu8noL1',
    'HLT_mu22_mu8noL1',
    'HLT_e17_lhloose_nod0_mu14',
    'HLT_e24_lhmedium_nod0_L1EM20VHI_mu8noL1',
    'HLT_e7_lhmedium_nod0_mu24',
  ],
  2017: run2017And2018,
  2018: run2017And2018,
};

/** The list of a year; throws `selection_trigger_year` where there is none. */
export function triggersOfYear(year: number): readonly string[] {
  const list = dileptonTriggers[year];
  if (list === undefined) {
    const years = Object.keys(dileptonTriggers);
    throw new RmmError(
      'selection_trigger_year',
      `no dilepton trigger list for the data-taking year ${year} (branch of the year column); lists exist for ${years.join(', ')}. Give selection.triggers by name or set selection.trigger_menu: none`,
      { context: { year, years } },
    );
  }
  return list;
}
