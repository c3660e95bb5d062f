import { poissonDeviance } from '../incomplete-gamma.js';
import { type Design, pointsPerBin } from './design.js';

/** Bins [from, end). */
export interface Window {
  readonly from: number;
  readonly end: number;
}

const mostRounds = 200;
/** Expected gain of ln L from one more step at which the fit stands: 1e-5 standard deviations. */
const enough = 1e-10;
/** The same where rounding lets no step gain any more: 1e-3 standard deviations. */
const nearlyEnough = 1e-6;
/** Deviance at which means are as good as equal to the counts. */
const exact = 1e-5;

/**
 * Maximum of the Poisson likelihood of counts in bins, by Fisher scoring with the damping of Levenberg and Marquardt.
 * Expected counts are fitted with the scaled likelihood (G. Bohm and G. Zech, Nucl. Instrum. Meth. A 748 (2014) 1):
 * each bin's term is divided by its mean weight. Made once for a spectrum, used for thousands of toys: nothing is
 * allocated by a fit.
 */
export class PoissonFit {
  readonly design: Design;
  /** Coefficients of the design's basis, after `fit`. */
  readonly coefficients: Float64Array;
  /** Expected events of every bin, those left out of the fit included. */
  readonly means: Float64Array;
  /** bins x size: derivatives of the means by the coefficients. */
  readonly slopes: Float64Array;
  /** Fisher's information of the coefficients, size x size. */
  readonly information: Float64Array;
  /** Twice the distance of -ln L from that of means equal to the counts. */
  deviance = 0;
  readonly #gradient: Float64Array;
  readonly #factor: Float64Array;
  readonly #step: Float64Array;
  readonly #tried: Float64Array;

  constructor(design: Design) {
    const { size, bins } = design;
    this.design = design;
    this.coefficients = new Float64Array(size);
    this.means = new Float64Array(bins);
    this.information = new Float64Array(size * size);
    this.#gradient = new Float64Array(size);
    this.slopes = new Float64Array(bins * size);
    this.#factor = new Float64Array(size * size);
    this.#step = new Float64Array(size);
    this.#tried = new Float64Array(size);
  }

  /**
   * Fits the bins outside `left`; true where the maximum was found.
   * @param start coefficients to begin with
   */
  fit(counts: Float64Array, scales: Float64Array, start: Float64Array, left?: Window): boolean {
    const { size } = this.design;
    const { coefficients } = this;
    coefficients.set(start);
    this.#evaluate(coefficients);
    this.deviance = devianceOf(counts, scales, this.means, left);
    let damping = 0;
    for (let round = 0; round < mostRounds; round++) {
      // Few counts can be described exactly, by parameters without end.
      if (this.deviance < exact) return true;
      this.#derive(counts, scales, left);
      // Until a step gains; the damping ends with the call.
      for (;;) {
        const gain = this.#solve(damping);
        if (gain < enough && damping === 0) return Number.isFinite(this.deviance);
        for (let k = 0; k < size; k++) this.#tried[k] = coefficients[k]! + this.#step[k]!;
        this.#evaluate(this.#tried);
        const deviance = devianceOf(counts, scales, this.means, left);
        // Deviances are twice the logarithms, and end in the noise of their own size.
        if (deviance <= this.deviance + 1e-13 * (1 + this.deviance)) {
          this.deviance = deviance;
          coefficients.set(this.#tried);
          damping = damping < 1e-4 ? 0 : damping / 10;
          break;
        }
        damping = damping === 0 ? 1e-3 : damping * 10;
        if (damping > 1e12) {
          this.#evaluate(coefficients);
          return Number.isFinite(this.deviance) && this.#solve(0) < nearlyEnough;
        }
      }
    }
    return false;
  }

  /** Means and their slopes by the coefficients. */
  #evaluate(coefficients: Float64Array): void {
    evaluateMeans(this.design, coefficients, this.means, this.slopes);
  }

  /** Gradient of -ln L and Fisher's information at the present means. */
  #derive(counts: Float64Array, scales: Float64Array, left: Window | undefined): void {
    const { size, bins } = this.design;
    const { means, information } = this;
    const gradient = this.#gradient;
    const slopes = this.slopes;
    gradient.fill(0);
    information.fill(0);
    for (let bin = 0; bin < bins; bin++) {
      if (left !== undefined && bin >= left.from && bin < left.end) continue;
      const mean = means[bin]!;
      const scale = scales[bin]!;
      const pull = (1 - counts[bin]! / mean) / scale;
      for (let k = 0; k < size; k++) {
        const slope = slopes[bin * size + k]!;
        gradient[k]! += pull * slope;
        const share = slope / (mean * scale);
        for (let j = 0; j <= k; j++) information[k * size + j]! += share * slopes[bin * size + j]!;
      }
    }
    for (let k = 0; k < size; k++)
      for (let j = 0; j < k; j++) information[j * size + k] = information[k * size + j]!;
  }

  /** The damped step; returns what it would gain in ln L, twice. */
  #solve(damping: number): number {
    const { size } = this.design;
    const gradient = this.#gradient;
    const step = this.#step;
    this.#factor.set(this.information);
    let trace = 0;
    for (let k = 0; k < size; k++) trace += this.information[k * size + k]!;
    // A direction of which the counts know nothing gets a small share of the rest, so that the step stays finite.
    for (let k = 0; k < size; k++)
      this.#factor[k * size + k]! += damping * this.information[k * size + k]! + trace * 1e-14;
    cholesky(this.#factor, size);
    for (let k = 0; k < size; k++) step[k] = -gradient[k]!;
    solveCholesky(this.#factor, size, step);
    let gain = 0;
    for (let k = 0; k < size; k++) gain -= gradient[k]! * step[k]!;
    return gain;
  }
}

function evaluateMeans(
  { bins, size, widths, basis }: Design,
  coefficients: Float64Array,
  means: Float64Array,
  slopes: Float64Array,
): void {
  slopes.fill(0);
  for (let bin = 0, row = 0; bin < bins; bin++) {
    let mean = 0;
    for (let point = 0; point < pointsPerBin; point++, row++) {
      let exponent = 0;
      for (let k = 0; k < size; k++) exponent += coefficients[k]! * basis[row * size + k]!;
      // A mean of 0 would forbid every count for good.
      const events = widths[row]! * Math.exp(Math.max(-600, exponent));
      mean += events;
      for (let k = 0; k < size; k++) slopes[bin * size + k]! += events * basis[row * size + k]!;
    }
    means[bin] = mean;
  }
}

function devianceOf(
  counts: Float64Array,
  scales: Float64Array,
  means: Float64Array,
  left: Window | undefined,
): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    if (left !== undefined && bin >= left.from && bin < left.end) continue;
    sum += poissonDeviance(counts[bin]!, means[bin]!) / scales[bin]!;
  }
  return 2 * sum;
}

/** The lower triangle becomes that of L in A = L L^T; false where A is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): boolean {
  let positive = true;
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      let rest = matrix[k * size + i]!;
      for (let j = 0; j < i; j++) rest -= matrix[k * size + j]! * matrix[i * size + j]!;
      if (i < k) matrix[k * size + i] = rest / matrix[i * size + i]!;
      else {
        if (!(rest > 0)) positive = false;
        matrix[k * size + k] = Math.sqrt(rest);
      }
    }
  }
  return positive;
}

/** x becomes A^-1 x. */
export function solveCholesky(lower: Float64Array, size: number, x: Float64Array): void {
  for (let k = 0; k < size; k++) {
    for (let j = 0; j < k; j++) x[k]! -= lower[k * size + j]! * x[j]!;
    x[k]! /= lower[k * size + k]!;
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) x[k]! -= lower[j * size + k]! * x[j]!;
    x[k]! /= lower[k * size + k]!;
  }
}
