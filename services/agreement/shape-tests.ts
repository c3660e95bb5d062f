import { logUpperGamma } from '../../lib/statistics/incomplete-gamma.js';

/**
 * Chi2 of the shapes of unweighted counts `n` and weighted sums `w` with sums of squares `s2`, by the common shape of
 * largest likelihood (N. Gagunashvili, Nucl. Instrum. Meth. A 614 (2010) 287; ROOT's Chi2Test UW).
 */
export function chi2Weighted(
  n: Float64Array,
  w: Float64Array,
  s2: Float64Array,
): { chi2: number; ndf: number; p: number } {
  const N = n.reduce((a, b) => a + b, 0);
  const W = w.reduce((a, b) => a + b, 0);
  let chi2 = 0;
  let ndf = -1;
  for (let i = 0; i < n.length; i++) {
    if (n[i] === 0 && w[i] === 0) continue;
    ndf++;
    const v = W * w[i]! - N * s2[i]!;
    const p = (v + Math.sqrt(v * v + 4 * W * W * s2[i]! * n[i]!)) / (2 * W * W);
    if (p > 0) chi2 += (n[i]! - N * p) ** 2 / (N * p);
    if (s2[i]! > 0) chi2 += (w[i]! - W * p) ** 2 / s2[i]!;
  }
  return { chi2, ndf, p: Math.exp(logUpperGamma(ndf / 2, chi2 / 2)) };
}
