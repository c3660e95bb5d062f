import { isDefined, type Measured } from '../../../lib/statistics/measured.js';
import type { ThresholdPoint } from '../../../lib/statistics/significance-scan.js';
import type { ReportContext } from '../context.js';
import { numberColumns } from '../number-columns.js';
import { htPlusMet, met } from '../quantities.js';
import { histogramOfSample, histogramOfSamples, regionHistograms } from '../region-histograms.js';
import { shown } from '../samples.js';
import type { Block, Section } from '../section.js';
import { significanceFigure } from '../significance-figure.js';
import { type ComparedPoint, comparedScan, type Forms, type Pair, scanOf } from '../significance-scans.js';
import { bestTable, type SignalScans, summaryTable } from '../significance-tables.js';
import { type BySample, slicedHistograms } from '../sliced.js';
import { percent } from '../words.js';

/** Expected significance by signal against a MET threshold in each region, beside cuts without a network. */
export async function significanceSection(context: ReportContext): Promise<Section | undefined> {
  const { samples, settings, table, first } = context;
  const signals = shown(samples, 'signal');
  const backgrounds = shown(samples, 'background');
  if (signals.length === 0 || backgrounds.length === 0) return undefined;
  const ofMet = await regionHistograms(context, met.expression, met.axis);
  const [ofEnergy] = (await slicedHistograms(table, htPlusMet.expression, htPlusMet.axis, {
    expression: '0',
    thresholds: [],
  })) as [BySample];
  const relative = settings.background_uncertainty;
  const pair = (part: BySample, name: string, axis: typeof met.axis): Pair => ({
    signal: histogramOfSample(part, name, axis),
    background: histogramOfSamples(part, backgrounds, axis),
  });
  const scans = signals.map(({ name }): SignalScans => {
    const simple = {
      met: pair(ofMet.inclusive, name, met.axis),
      htPlusMet: pair(ofEnergy, name, htPlusMet.axis),
    };
    return {
      name,
      regions: context.regions.all.flatMap((region) => {
        const inside = ofMet.byRegion.get(region.id);
        if (inside === undefined) return [];
        return [{ region, scan: comparedScan(pair(inside, name, met.axis), simple, relative) }];
      }),
      metAlone: scanOf(simple.met, relative),
      htPlusMetAlone: scanOf(simple.htPlusMet, relative),
    };
  });
  const minimumRows = settings.min_background_rows;
  return {
    id: 'significance',
    title: 'Expected significance',
    blocks: [
      { kind: 'text', text: introduction(context) },
      summaryTable(scans, minimumRows),
      bestTable(scans, minimumRows, relative),
      ...scans.map((signal) => significanceFigure(signal, minimumRows)),
    ] satisfies Block[],
    data: {
      luminosity_fb: first.config.luminosity_fb,
      background_uncertainty: relative,
      min_background_rows: minimumRows,
      signals: Object.fromEntries(
        scans.map(({ name, regions, metAlone, htPlusMetAlone }) => [
          name,
          {
            regions: Object.fromEntries(
              regions.map(({ region, scan }) => [region.id, numberColumns(scan.map(pointData))]),
            ),
            met_alone: numberColumns(metAlone.map(pointData)),
            ht_plus_met_alone: numberColumns(htPlusMetAlone.map(pointData)),
          },
        ]),
      ),
    },
  };
}

function introduction({ first, settings }: ReportContext): string {
  return `Expected at ${first.config.luminosity_fb} fb^-1 for everything above a MET threshold in a region: s / sqrt(b); the Asimov form sqrt(2 ((s+b) ln(1+s/b) - s)); and the Asimov form with a background uncertainty of ${percent(settings.background_uncertainty)} and the statistical error of the simulated background, sqrt(sum w^2), added in quadrature. Beside each stand a cut on MET alone and one on H_T + MET alone, without a network, that keep the same background. The best threshold is the one with the largest third form among those that keep ${settings.min_background_rows} simulated background events or more; it was chosen on the events that it is quoted for, as it is for the cuts beside it.`;
}

function pointData(point: ThresholdPoint | ComparedPoint): Record<string, number | Measured> {
  const { threshold, signal, background, backgroundError, backgroundRows } = point;
  return {
    threshold,
    signal,
    background,
    background_error: backgroundError,
    background_rows: backgroundRows,
    ...formsData(point, ''),
    ...('metAlone' in point
      ? {
          ...aloneData(point.metAlone, 'met_alone_'),
          ...aloneData(point.htPlusMetAlone, 'ht_plus_met_alone_'),
        }
      : {}),
  };
}

function aloneData(found: ComparedPoint['metAlone'], prefix: string): Record<string, number | Measured> {
  const { threshold, signal, ...forms } = isDefined(found)
    ? found
    : { threshold: found, signal: found, simple: found, asimov: found, asimovWithError: found };
  return { [`${prefix}threshold`]: threshold, [`${prefix}signal`]: signal, ...formsData(forms, prefix) };
}

function formsData({ simple, asimov, asimovWithError }: Forms, prefix: string): Record<string, Measured> {
  return {
    [`${prefix}s_over_sqrt_b`]: simple,
    [`${prefix}asimov`]: asimov,
    [`${prefix}asimov_with_uncertainty`]: asimovWithError,
  };
}
