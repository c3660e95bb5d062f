import type { ColumnKind, FeatureLayout } from '../feature-rows.js';

export type ReportSet = 'report33' | 'report35' | 'report13';

const lepton = (number: 1 | 2): [string, ColumnKind][] => [
  [`lep${number}_flav`, 'plain'],
  [`lep${number}_pt`, 'gev'],
  [`lep${number}_eta`, 'plain'],
  [`lep${number}_phi`, 'plain'],
  [`lep${number}_E`, 'gev'],
  [`lep${number}_ptcone30`, 'gev'],
  [`lep${number}_etcone20`, 'gev'],
  [`lep${number}_trackd0pvunbiased`, 'plain'],
  [`lep${number}_tracksigd0pvunbiased`, 'plain'],
  [`lep${number}_isTightID`, 'plain'],
  [`lep${number}_z0`, 'plain'],
];

/** All 35 columns of the report's table, in its order. */
const columns35: readonly [string, ColumnKind][] = [
  ['njet20', 'plain'],
  ['njet60', 'plain'],
  ['nbjet60', 'plain'],
  ['nbjet70', 'plain'],
  ['nbjet77', 'plain'],
  ['nbjet85', 'plain'],
  ['isOS', 'plain'],
  ['isSF', 'plain'],
  ['mll', 'gev'],
  ['mt2', 'gev'],
  ['met_et', 'gev'],
  ['met_phi', 'plain'],
  ...lepton(1),
  ...lepton(2),
  ['costhstar', 'plain'],
];

/** Names of the 35 columns; a smaller set takes some of them, in the same order. */
export const reportColumns: readonly string[] = columns35.map(([name]) => name);

const report13: readonly string[] = [
  'njet60',
  'nbjet85',
  'isOS',
  'isSF',
  'mt2',
  'met_et',
  'lep1_pt',
  'lep1_E',
  'lep1_ptcone30',
  'lep1_etcone20',
  'lep2_pt',
  'lep2_E',
  'costhstar',
];

const kept: Readonly<Record<ReportSet, (name: string) => boolean>> = {
  report35: () => true,
  // Data and simulation disagree in the significance of d0.
  report33: (name) => !name.endsWith('_tracksigd0pvunbiased'),
  report13: (name) => report13.includes(name),
};

/** Layout of a table feature set: no slot mask, every column stored. */
export function reportLayout(type: ReportSet): FeatureLayout & { readonly type: ReportSet } {
  const columns = columns35.filter(([name]) => kept[type](name));
  return {
    type,
    id: type,
    columns: columns.length,
    maskWords: 0,
    names: columns.map(([name]) => name),
    kinds: columns.map(([, kind]) => kind),
    slotGroups: [],
  };
}
