import type { BumpResult } from '../../lib/statistics/bump/bump-result.js';
import type { Excess } from '../../lib/statistics/bump/excess.js';
import { isDefined } from '../../lib/statistics/measured.js';
import type { Searched } from './search-masses.js';
import { short } from './words.js';

/** "110 to 6000 GeV". */
export function rangeText({ from, to }: { readonly from: number; readonly to: number }): string {
  return `${Math.round(from)} to ${Math.round(to)} GeV`;
}

/** A local p-value, also one that is too small for a number. */
export function localP({ pValue, log10P }: Pick<Excess, 'pValue' | 'log10P'>): string {
  if (isDefined(pValue)) return short(pValue.value, 2);
  const power = Math.floor(log10P);
  const mantissa = (10 ** (log10P - power)).toFixed(1);
  return mantissa === '10.0' ? `1.0e${power + 1}` : `${mantissa}e${power}`;
}

/** Whether a spectrum's excess is to be named: as interesting a one is in fewer toys than `pMax`, and there are enough to tell. */
export function standsOut({ global: { beyond, toys, failed, interval } }: BumpResult, pMax: number): boolean {
  const trials = toys - failed;
  return isDefined(interval) && 1 / trials <= pMax && beyond / trials < pMax;
}

/** One spectrum's result in a sentence or two. */
export function statementOf({ spectrum: { region, observable }, result }: Searched): string {
  const where = `${observable}, ${region.label}`;
  if ('notDefined' in result) return `${where}: not defined: ${result.notDefined}.`;
  const { excess, global, edges, kind } = result;
  if (!isDefined(excess.z)) return `${where}: no window holds more than the background.`;
  const error = isDefined(excess.backgroundError) ? ` +- ${short(excess.backgroundError.value, 2)}` : '';
  const counted = `${short(excess.counted, 4)} ${kind === 'data' ? 'events' : 'expected events'}`;
  const local = `${rangeText(excess)} holds ${counted} over a fitted background of ${short(excess.background, 3)}${error} (local p = ${localP(excess)}, Z = ${short(excess.z.value, 3)}${withError(result)})`;
  const searched = rangeText({ from: edges[0]!, to: edges[edges.length - 1]! });
  return `${where}: ${local}. An excess as interesting anywhere from ${searched}: ${globalText(global)}.`;
}

/** Every result in words; regions without one for the same reason together. */
export function statementsOf(searched: readonly Searched[]): string {
  const lines: string[] = [];
  const without = new Map<string, { readonly observable: string; readonly labels: string[] }>();
  for (const one of searched) {
    const { spectrum, result } = one;
    if (!('notDefined' in result)) {
      lines.push(statementOf(one));
      continue;
    }
    const key = `${spectrum.observable} ${result.notDefined}`;
    const same = without.get(key);
    if (same === undefined) {
      const { observable, region } = spectrum;
      without.set(key, { observable, labels: [region.label] });
    } else same.labels.push(spectrum.region.label);
  }
  for (const [key, { observable, labels }] of without)
    lines.push(`${observable}, ${labels.join(', ')}: not defined: ${key.slice(observable.length + 1)}.`);
  return lines.join('\n\n');
}

function withError({ excess: { zWithError } }: BumpResult): string {
  return isDefined(zWithError) ? `, ${short(zWithError.value, 3)} with the error of the fit` : '';
}

function globalText({ statement, interval, toys }: BumpResult['global']): string {
  if (!isDefined(interval)) return `not defined: ${interval.notDefined}`;
  return `${statement} (${short(interval.low, 2)} to ${short(interval.high, 2)} at 95 %, ${toys} toys)`;
}

/** Significances of the most interesting window over each form that was tried. */
export function byForm({ candidates }: BumpResult): string {
  return candidates
    .map(({ family, excess: { z } }) => `${family} ${isDefined(z) ? short(z.value, 3) : 'none'}`)
    .join(', ');
}
