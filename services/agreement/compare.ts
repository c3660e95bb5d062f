import { chiSquare } from '../../lib/statistics/chi-square.js';
import type { Histogram } from '../../lib/statistics/histogram.js';
import { type Axis, regularAxis } from '../../lib/statistics/histogram-axis.js';
import { binnedKolmogorovTest } from '../../lib/statistics/kolmogorov.js';
import { isDefined, type Measured, notDefined } from '../../lib/statistics/measured.js';
import { effectiveEvents } from '../../lib/statistics/weighted.js';
import { chi2Bins, joined, present, type Reference } from './chi2-bins.js';
import type { VariableBins } from './variable-bins.js';
import { total } from './variable-counts.js';

/** Fewer effective events on either side say nothing about a shape. */
const leastEvents = 20;

/** Whether data have the shape of a reference, whatever the two numbers of events are. */
export interface ShapeComparison {
  readonly chi2: Measured;
  readonly ndf: number;
  readonly chi2P: Measured;
  /** Largest distance of the two cumulated shares, over rows that have a value. */
  readonly distance: Measured;
  readonly ksP: Measured;
  /** The smaller of the two p-values, times 2 where there are two (Bonferroni). */
  readonly p: number;
}

/**
 * Compares events with a reference by their shapes: chi2 over joined bins, rows without a value being a bin, and the
 * Kolmogorov-Smirnov distance over the fine bins of rows that have one.
 */
export function compareShapes(
  bins: VariableBins,
  events: Float64Array,
  reference: Reference,
): ShapeComparison | { readonly notDefined: string } {
  const dataEvents = total(events);
  const referenceSum = total(reference.sums);
  const referenceEvents = referenceSum > 0 ? effectiveEvents(referenceSum, total(reference.squares)) : 0;
  if (dataEvents < leastEvents || referenceEvents < leastEvents) {
    return notDefined(
      `${few(dataEvents)} events against ${few(referenceEvents)} effective ones; at least ${leastEvents} of each are asked for`,
    );
  }
  const chi2 = chi2Of(bins, events, reference, dataEvents);
  const distance = distanceOf(bins, events, reference);
  const pValues = [chi2.p, distance.p].filter(isDefined).map(({ value }) => value);
  if (pValues.length === 0) return notDefined('too few rows have a value');
  return {
    chi2: chi2.chi2,
    ndf: chi2.ndf,
    chi2P: chi2.p,
    distance: distance.distance,
    ksP: distance.p,
    p: Math.min(1, pValues.length * Math.min(...pValues)),
  };
}

function chi2Of(bins: VariableBins, events: Float64Array, reference: Reference, dataEvents: number) {
  const { ofPlace, count } = chi2Bins(bins, reference, dataEvents);
  const of = (counts: Float64Array) => {
    const places = new Float64Array(count + 2);
    places.set(joined(counts, ofPlace, count), 1);
    return places;
  };
  const data = histogram(of(events), of(events));
  // Bins are joined already, by the reference alone.
  const found = chiSquare(data, histogram(of(reference.sums), of(reference.squares)), {
    kind: 'data-weighted',
    minimumEvents: 0,
    flow: false,
  });
  return isDefined(found)
    ? { chi2: { value: found.chi2 }, ndf: found.ndf, p: { value: found.p } }
    : { chi2: found, ndf: 0, p: found };
}

function distanceOf(
  bins: VariableBins,
  events: Float64Array,
  reference: Reference,
): { readonly distance: Measured; readonly p: Measured } {
  const data = present(events, bins);
  const sums = present(reference.sums, bins);
  const squares = present(reference.squares, bins);
  const sum = total(sums);
  const isEnough =
    total(data) >= leastEvents && sum > 0 && effectiveEvents(sum, total(squares)) >= leastEvents;
  const found = isEnough
    ? binnedKolmogorovTest(histogram(data, data), histogram(sums, squares))
    : notDefined(`fewer than ${leastEvents} rows have a value`);
  return isDefined(found)
    ? { distance: { value: found.distance }, p: { value: found.p } }
    : { distance: found, p: found };
}

const axes = new Map<number, Axis>();

/** Places with underflow and overflow as a histogram; where its edges lie is no matter to the tests. */
function histogram(sums: Float64Array, squares: Float64Array): Histogram {
  const bins = sums.length - 2;
  const axis = axes.get(bins) ?? regularAxis(0, bins, bins);
  axes.set(bins, axis);
  return { axis, sums, squares, counts: sums, missing: { sum: 0, square: 0, count: 0 } };
}

function few(events: number): string {
  return String(Number(events.toPrecision(3)));
}
