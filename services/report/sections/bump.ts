import type { BumpOptions, MassObservable } from '../../../lib/statistics/bump/bump-options.js';
import { leastPeakRows } from '../../../lib/statistics/bump/peak.js';
import { inside } from '../../../lib/statistics/histogram.js';
import { backgroundTable, excessTable, strengthTable } from '../bump-tables.js';
import { bumpVerdicts } from '../bump-verdicts.js';
import { rangeText, standsOut, statementOf, statementsOf } from '../bump-words.js';
import type { ReportContext } from '../context.js';
import { massSpectrumSvg } from '../figures/mass-spectrum.js';
import { massSpectra, type ObservableSpectra } from '../mass-spectra.js';
import { shown } from '../samples.js';
import { bumpOptionsOf, type MassSearch, type Searched, searchMasses } from '../search-masses.js';
import type { Block, FigureBlock, Section } from '../section.js';
import { uhiBySample } from '../uhi-by-sample.js';
import { percent, short } from '../words.js';

const observables: readonly MassObservable[] = ['mll', 'mlll'];

/** The search for a bump in mll and mlll, of all events and in every region. */
export async function bumpSection(context: ReportContext): Promise<Section | undefined> {
  const { samples, settings, first, signal } = context;
  if (shown(samples, 'background').length === 0 && context.dataScale === undefined) return undefined;
  const options = bumpOptionsOf(settings, first.config.features);
  const found: ObservableSpectra[] = [];
  for (const observable of observables)
    if (isSearchable(options, observable)) found.push(await massSpectra(context, observable, options));
  const present = found.filter(({ rows }) => rows > 0);
  const search = await searchMasses(
    present.flatMap(({ spectra }) => spectra),
    options,
    signal,
  );
  return {
    id: 'bump',
    title: 'Search for a bump',
    blocks: [
      { kind: 'text', text: introduction(context, search) },
      ...bumpVerdicts(search, settings.bump_p_max),
      ...observables.filter((one) => !isSearchable(options, one)).map((one) => rangeless(options, one)),
      ...found.filter(({ rows }) => rows === 0).map(absentText),
      { kind: 'text', text: statementsOf(search.searched) },
      excessTable(search.searched),
      backgroundTable(search.searched),
      { kind: 'text', text: peaksText(present) },
      ...strengthTable(search.searched, options.seen),
      ...search.searched.flatMap((one) => figureOf(context, one)),
    ] satisfies Block[],
    data: {
      options,
      p_max: settings.bump_p_max,
      luminosity_fb: first.config.luminosity_fb,
      ...(context.dataScale === undefined ? {} : { data_scale: context.dataScale }),
      spectra: search.searched.map(({ result, strengths, sculpting }) => ({
        ...result,
        stands_out: !('notDefined' in result) && standsOut(result, settings.bump_p_max),
        sculpting,
        strengths,
      })),
      all: search.all,
      peaked: Object.fromEntries(present.map(({ observable, peaked }) => [observable, peaked])),
    },
  };
}

function introduction({ dataScale, first, settings }: ReportContext, { options }: MassSearch): string {
  const what =
    dataScale === undefined
      ? `There are no data: what is searched are the expected events of the simulated background at ${first.config.luminosity_fb} fb^-1 (an Asimov spectrum, where the simulation is large enough for one). An excess in it is none of nature, but says that the simulation is too small or its spectrum not smooth.`
      : `What is searched are the data. The simulated background, times ${dataScale.toPrecision(4)}, is drawn beside them and is no part of the fit.`;
  return `A smooth, falling background is fitted to each spectrum, and the window that holds the least probable excess over it is looked for (BumpHunter, arXiv:1101.0390): its Poisson probability is the local p. The global p is the share of toys from the fitted background, ${options.toys} of them, that show an excess as interesting anywhere. Bins are ${percent(settings.bump_bin_width)} of the mass wide, windows ${options.minWidth} to ${options.maxWidth} bins, a third of the range at most. ${what}`;
}

/** A centre-of-mass energy below the beginning of the search leaves no range. */
function isSearchable({ range }: BumpOptions, observable: MassObservable): boolean {
  const [from, to] = range[observable];
  return from < to;
}

function rangeless({ range }: BumpOptions, observable: MassObservable): Block {
  const [from, to] = range[observable];
  const key = `report.bump_${observable}_from`;
  return {
    kind: 'text',
    text: `${observable} is not searched: the search would begin at ${from} GeV (\`${key}\`) and end at ${to} GeV, the centre-of-mass energy.`,
  };
}

/** Why a mass is not searched. */
function absentText({ observable }: ObservableSpectra): Block {
  const needed = observable === 'mlll' ? 'three leptons' : 'two leptons';
  return { kind: 'text', text: `${observable} is not defined: no selected event has ${needed}.` };
}

function peaksText(found: readonly ObservableSpectra[]): string {
  const lines = found.map(({ observable, peaked }) =>
    peaked.length === 0
      ? `No signal has a peak in ${observable}.`
      : `Signals with a peak in ${observable}: ${peaked.join(', ')}.`,
  );
  return `A signal has a peak where a window of the search holds at least half of its events, ${leastPeakRows} simulated ones or more. ${lines.join(' ')}`;
}

/** The spectrum with what was found; alone where it could not be searched, and none where it is empty. */
function figureOf({ samples, first, dataScale }: ReportContext, one: Searched): FigureBlock[] {
  const { spectrum, result } = one;
  const { region, observable, axis, searched, expected, bySample } = spectrum;
  const counts = Array.from(searched.counts);
  const simulated = [...inside(expected.sums)];
  if (![...counts, ...simulated].some((count) => count > 0)) return [];
  const found = 'notDefined' in result ? undefined : result;
  const id = `bump-${observable}-${region.id.replaceAll('.', '-')}`;
  const xLabel = `${observable} [GeV]`;
  const isData = searched.variances === undefined;
  const fit =
    found === undefined
      ? ''
      : ` with the fitted background, its error as a band and the most interesting window shaded (${rangeText(found.excess)}); below, the signed significance of each bin`;
  const scale = isData ? ` Simulation at ${short(dataScale! * first.config.luminosity_fb, 4)} fb^-1.` : '';
  return [
    {
      kind: 'figure',
      id,
      caption: `${observable}, ${region.label}: ${isData ? 'data' : 'expected events'}${fit}.${scale}`,
      alt: `Spectrum of ${observable} in the region ${region.label} on logarithmic axes. ${statementOf(one)}`,
      svg: massSpectrumSvg({
        id,
        xLabel,
        edges: [...axis.edges],
        counts,
        isData,
        ...(found === undefined ? {} : { result: found }),
        ...(searched.variances === undefined
          ? { expected: simulated }
          : { errors: Array.from(searched.variances, Math.sqrt) }),
      }),
      histograms: uhiBySample(bySample, samples, {
        quantity: xLabel,
        region: region.id,
        luminosity_fb: first.config.luminosity_fb,
      }),
      size: 'half',
    },
  ];
}
