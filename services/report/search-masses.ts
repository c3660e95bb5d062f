import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../../lib/config/index.js';
import { type AllSpectra, judgeAll } from '../../lib/statistics/bump/all-spectra.js';
import { type BumpOptions, usualBumpOptions } from '../../lib/statistics/bump/bump-options.js';
import type { BumpResult, NoBumpResult } from '../../lib/statistics/bump/bump-result.js';
import { bumpSearch } from '../../lib/statistics/bump/bump-search.js';
import { judgeSculpting, type Sculpting } from '../../lib/statistics/bump/sculpting.js';
import { asExpected, type RegionSpectrum } from './mass-spectra.js';

/** One spectrum with what the search has found in it. */
export interface Searched {
  readonly spectrum: RegionSpectrum;
  readonly result: BumpResult | NoBumpResult;
  /** How strong each signal would have to be, over the data's background or, where it has no fit, the expected one. */
  readonly strengths:
    | { readonly over: BumpResult['kind']; readonly signals: BumpResult['signals'] }
    | { readonly notDefined: string };
  /** Whether the cut shapes the simulated background, also where the spectrum cannot be searched. */
  readonly sculpting: Sculpting;
}

export interface MassSearch {
  readonly options: BumpOptions;
  readonly searched: readonly Searched[];
  readonly all: AllSpectra | { readonly notDefined: string };
}

/** The options of the search by the settings of a report. */
export function bumpOptionsOf(settings: Config['report'], features: Config['features']): BumpOptions {
  const scale = 'sqrt_s_gev' in features ? features.sqrt_s_gev : usualBumpOptions.scale;
  const to = Math.min(settings.bump_mass_to, scale);
  return {
    ...usualBumpOptions,
    scale,
    range: { mll: [settings.bump_mll_from, to], mlll: [settings.bump_mlll_from, to] },
    toys: settings.bump_toys,
    seed: settings.seed,
  };
}

/** Searches the spectra one by one, each with a seed of its own; an interrupt is heard between two of them. */
export async function searchMasses(
  spectra: readonly RegionSpectrum[],
  options: BumpOptions,
  signal: AbortSignal,
): Promise<MassSearch> {
  const searched: Searched[] = [];
  for (const [index, spectrum] of spectra.entries()) {
    await nextTurn();
    signal.throwIfAborted();
    const [result] = bumpSearch([spectrum.searched], { ...options, seed: options.seed + index }).spectra;
    searched.push({
      spectrum,
      result: result!,
      strengths: strengthsOf(spectrum, result!, options),
      sculpting: judgeSculpting(spectrum.searched.shape!, options.sculptedBelow),
    });
  }
  return { options, searched, all: judgeAll(searched.map(({ result }) => result)) };
}

function strengthsOf(
  { searched, expected }: RegionSpectrum,
  result: BumpResult | NoBumpResult,
  options: BumpOptions,
): Searched['strengths'] {
  if (!('notDefined' in result)) return { over: result.kind, signals: result.signals };
  // What was searched was the expected spectrum, or nobody asks for a strength.
  if (searched.variances !== undefined || (searched.signals ?? []).length === 0) return result;
  const [other] = bumpSearch([{ ...searched, ...asExpected(expected) }], { ...options, toys: 0 }).spectra;
  return 'notDefined' in other! ? other : { over: other!.kind, signals: other!.signals };
}
