import { type RegularAxis, regularAxis } from '../../lib/statistics/histogram-axis.js';

/** A column of the score files that is shown in regions, with the fine bins in which it is counted. */
export interface Quantity {
  readonly id: string;
  readonly label: string;
  readonly expression: string;
  readonly axis: RegularAxis;
  readonly unit?: string;
}

/** Of 5 GeV: significances are looked up in the same bins. */
export const met: Quantity = {
  id: 'met',
  label: 'MET',
  expression: 'met',
  axis: regularAxis(0, 4000, 800),
  unit: 'GeV',
};

/** In float32 as the evaluation of a run adds them. */
export const htPlusMet: Quantity = {
  id: 'ht-plus-met',
  label: 'H_T + MET',
  expression: '(ht + met)',
  axis: regularAxis(0, 10_000, 2000),
  unit: 'GeV',
};

export const regionQuantities: readonly Quantity[] = [
  met,
  { id: 'mll', label: 'mll', expression: 'mll', axis: regularAxis(0, 4000, 800), unit: 'GeV' },
  { id: 'mlll', label: 'mlll', expression: 'mlll', axis: regularAxis(0, 4000, 800), unit: 'GeV' },
  { id: 'n-jets', label: 'number of jets', expression: 'n_jets', axis: regularAxis(-0.5, 19.5, 20) },
];

/** "MET [GeV]". */
export function axisLabel({ label, unit }: Pick<Quantity, 'label' | 'unit'>): string {
  return unit === undefined ? label : `${label} [${unit}]`;
}
