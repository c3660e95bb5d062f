import { logUpperGamma } from '../incomplete-gamma.js';
import { type Measured, notDefined } from '../measured.js';
import { solveTriangle } from './design.js';
import type { FamilyName } from './families.js';
import { cholesky, type PoissonFit, solveCholesky, type Window } from './poisson-fit.js';
import type { Bins } from './spectrum.js';

/** A fitted background as it goes into a report. */
export interface Background {
  readonly family: FamilyName;
  /** Events per GeV at x = m / sqrt(s). */
  readonly formula: string;
  readonly parameters: readonly { readonly name: string; readonly value: number; readonly error: Measured }[];
  /** Of the parameters, row by row. */
  readonly covariance: readonly (readonly number[])[] | { readonly notDefined: string };
  /** Events of each bin, and their errors by the fit. */
  readonly means: readonly number[];
  readonly errors: readonly number[] | { readonly notDefined: string };
  /** Pearson's chi^2 of neighbouring bins taken together until 5 events are expected, without those left out. */
  readonly chi2: Measured;
  readonly ndf: number;
  /** Of chi^2. Above all for the shape; toys give that of the deviance (see GlobalTest). */
  readonly pValue: Measured;
  /** 2 ln of the ratio of likelihoods, means equal to the counts over the fit. */
  readonly deviance: number;
}

const leastExpected = 5;
/** Information about the worst known direction, that of a typical one being 1, below which there is no telling. */
const leastInformation = 1e-7;

/** What `fit` has found, with its errors and how good it is. */
export function describeFit(fit: PoissonFit, bins: Bins, left: Window | undefined): Background {
  const { family, size, triangle } = fit.design;
  const values = solveTriangle(triangle, size, fit.coefficients);
  const inner = inverse(fit.information, size);
  const outer = inner === undefined ? undefined : toParameters(triangle, size, inner);
  const unknown = notDefined('the counts do not fix all parameters');
  return {
    family: family.name,
    formula: family.formula,
    parameters: family.parameters.map((name, k) => ({
      name,
      value: values[k]!,
      error: outer === undefined ? unknown : { value: Math.sqrt(outer[k]![k]!) },
    })),
    covariance: outer ?? unknown,
    means: [...fit.means],
    errors: inner === undefined ? unknown : errorsOfMeans(fit, inner),
    deviance: fit.deviance,
    ...goodness(fit, bins, left),
  };
}

function goodness({ means, design }: PoissonFit, { counts, scales }: Bins, left: Window | undefined) {
  let groups = 0;
  let chi2 = 0;
  const open = { counted: 0, expected: 0, variance: 0 };
  /** The last whole group, to which a rest goes. */
  let last = { ...open };
  const term = ({ counted, expected, variance }: typeof open) =>
    variance > 0 ? (counted - expected) ** 2 / variance : 0;
  for (let bin = 0; bin < counts.length; bin++) {
    if (left !== undefined && bin >= left.from && bin < left.end) continue;
    open.counted += counts[bin]!;
    open.expected += means[bin]!;
    open.variance += means[bin]! * scales[bin]!;
    // Events without weights of the same relative error.
    if (open.expected ** 2 < leastExpected * open.variance) continue;
    groups++;
    chi2 += term(open);
    last = { ...open };
    Object.assign(open, { counted: 0, expected: 0, variance: 0 });
  }
  chi2 += -term(last) + term(sum(last, open));
  const ndf = groups - design.size;
  if (ndf < 1) {
    const reason = `${groups} groups of ${leastExpected} expected events are too few for ${design.size} parameters`;
    return { chi2: notDefined(reason), ndf: Math.max(0, ndf), pValue: notDefined(reason) };
  }
  return { chi2: { value: chi2 }, ndf, pValue: { value: Math.exp(logUpperGamma(ndf / 2, chi2 / 2)) } };
}

function sum<Part extends Readonly<Record<'counted' | 'expected' | 'variance', number>>>(a: Part, b: Part) {
  return {
    counted: a.counted + b.counted,
    expected: a.expected + b.expected,
    variance: a.variance + b.variance,
  };
}

/** Undefined where it has none to speak of. Symmetric, so rows are columns. */
function inverse(matrix: Float64Array, size: number): Float64Array[] | undefined {
  const lower = Float64Array.from(matrix);
  const positive = cholesky(lower, size);
  const rows = Array.from({ length: size }, (_, k) =>
    Float64Array.from({ length: size }, (_, j) => +(j === k)),
  );
  if (!positive || rows.some((_, k) => lower[k * size + k]! ** 2 < leastInformation)) return undefined;
  for (const row of rows) solveCholesky(lower, size, row);
  return rows;
}

/** R^-1 C R^-T. */
function toParameters(triangle: Float64Array, size: number, inner: readonly Float64Array[]): number[][] {
  const half = inner.map((row) => solveTriangle(triangle, size, row));
  const columns = Array.from({ length: size }, (_, k) => half.map((row) => row[k]!));
  return columns.map((column) => [...solveTriangle(triangle, size, column)]);
}

function errorsOfMeans(
  { slopes, means, design: { size } }: PoissonFit,
  inner: readonly Float64Array[],
): number[] {
  return Array.from(means, (_, bin) => errorAlong(slopes.subarray(bin * size, (bin + 1) * size), inner));
}

/** Error of what the fit expects in a window, linear in the parameters. */
export function errorOfWindow(fit: PoissonFit, { from, end }: Window): Measured {
  const { size } = fit.design;
  const inner = inverse(fit.information, size);
  if (inner === undefined) return notDefined('the counts do not fix all parameters');
  const slope = new Float64Array(size);
  for (let bin = from; bin < end; bin++)
    for (let k = 0; k < size; k++) slope[k]! += fit.slopes[bin * size + k]!;
  return { value: errorAlong(slope, inner) };
}

function errorAlong(slope: Float64Array, inner: readonly Float64Array[]): number {
  let variance = 0;
  for (let k = 0; k < slope.length; k++)
    for (let j = 0; j < slope.length; j++) variance += slope[k]! * inner[k]![j]! * slope[j]!;
  return Math.sqrt(variance);
}
